package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.source.SourceSpan;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Reads one rule, from its qualifiers to its comma. */
final class RuleParser {

  /** Kinds whose rules may hold comments; in others apparmor_parser takes {@code #} for a word. */
  private static final Set<RuleKind> COMMENTED =
      EnumSet.of(
          RuleKind.ALL,
          RuleKind.CAPABILITY,
          RuleKind.FILE,
          RuleKind.IO_URING,
          RuleKind.LINK,
          RuleKind.PIVOT_ROOT,
          RuleKind.RLIMIT); // up to the word "rlimit"

  private static final List<String> PREFIXES =
      List.of("audit", "allow", "deny", "prompt", "owner", "user", "other", "safe", "unsafe");

  private RuleParser() {}

  /**
   * Reads a rule after its qualifiers, up to and including its comma.
   *
   * @param start offset where the qualifiers begin
   */
  static Rule rule(RuleScanner in, Qualifiers qualifiers, int start) {
    in.ruleStart = start;
    boolean path = in.peek() == '/' || in.peek() == '@'; // most rules: the fast way
    String keyword = path ? "" : in.peekKeyword();
    RuleKind kind = path ? null : RuleKind.named(keyword).orElse(null);
    char after = in.peek(keyword.length());
    if (kind == null || Character.isLetterOrDigit(after) || ".+:{".indexOf(after) >= 0) {
      Rule rule = FileParser.bare(in, qualifiers);
      comma(in, rule);
      return rule;
    }
    in.comments = COMMENTED.contains(kind);
    try {
      in.accept(keyword);
      Rule rule = read(kind, keyword, in, qualifiers);
      comma(in, rule);
      return rule;
    } finally {
      in.comments = true;
    }
  }

  /** Reads the part of a rule between its keyword and its comma. */
  private static Rule read(RuleKind kind, String keyword, RuleScanner in, Qualifiers qualifiers) {
    return switch (kind) {
      case ALL -> AllParser.read(in, qualifiers);
      case CAPABILITY -> CapabilityParser.read(in, qualifiers);
      case CHANGE_PROFILE -> ChangeProfileParser.read(in, qualifiers);
      case DBUS -> DbusParser.read(in, qualifiers);
      case FILE -> FileParser.read(in, qualifiers);
      case IO_URING -> IoUringParser.read(in, qualifiers);
      case LINK -> LinkParser.read(in, qualifiers);
      case MOUNT -> MountParser.read(in, qualifiers, keyword);
      case MQUEUE -> MqueueParser.read(in, qualifiers);
      case NETWORK -> NetworkParser.read(in, qualifiers);
      case PIVOT_ROOT -> PivotRootParser.read(in, qualifiers);
      case PTRACE -> PtraceParser.read(in, qualifiers);
      case RLIMIT -> RlimitParser.read(in, qualifiers);
      case SIGNAL -> SignalParser.read(in, qualifiers);
      case UNIX -> UnixParser.read(in, qualifiers);
      case USERNS -> UsernsParser.read(in, qualifiers);
      case UNRECOGNIZED -> throw new AssertionError("no keyword: " + keyword);
    };
  }

  private static void comma(RuleScanner in, Rule rule) {
    if (!in.text.startsWith(",", in.pos)) {
      int at = Math.min(in.lastEnd, in.text.length());
      throw new ParseFailure(
          ParseProblem.MISSING_COMMA,
          new SourceSpan(at, at),
          "a " + rule.kind() + " rule needs ',' at its end",
          null);
    }
    in.advance(1);
  }

  /** Reads the qualifiers before a rule or a block. */
  static Qualifiers qualifiers(RuleScanner in) {
    int priority = 0;
    boolean audit = false;
    if (in.passKeyword("priority")) {
      priority = priority(in);
    }
    if (in.acceptKeyword("audit")) {
      audit = true;
    }
    Qualifiers.Action action = Qualifiers.Action.ALLOW;
    if (in.acceptKeyword("deny")) {
      action = Qualifiers.Action.DENY;
    } else if (in.acceptKeyword("prompt")) {
      action = Qualifiers.Action.PROMPT;
    } else {
      in.acceptKeyword("allow");
    }
    Qualifiers.Ownership ownership = Qualifiers.Ownership.ANY;
    if (in.acceptKeyword("owner") || in.acceptKeyword("user")) {
      ownership = Qualifiers.Ownership.OWNER;
    } else if (in.acceptKeyword("other")) {
      ownership = Qualifiers.Ownership.OTHER;
    }
    String next = in.peekKeyword();
    if (Stream.of("audit", "allow", "deny", "prompt", "owner", "user", "other", "priority")
            .anyMatch(next::equals)
        && Scanner.isBlank(in.peek(next.length()))) {
      throw new ParseFailure(
          ParseProblem.MISPLACED_QUALIFIER,
          new SourceSpan(in.pos, in.pos + next.length()),
          "'" + next + "' can't stand here",
          "the order is: priority=N, audit, allow, deny or prompt, owner or other, each at most once");
    }
    return new Qualifiers(priority, audit, action, ownership);
  }

  private static int priority(RuleScanner in) {
    in.passEquals();
    int start = in.pos;
    int end = in.peek() == '-' || in.peek() == '+' ? start + 1 : start;
    while (end < in.text.length() && end - start < 12 && Character.isDigit(in.text.charAt(end))) {
      end++;
    }
    String digits = in.text.substring(start, end);
    in.advance(end - start);
    in.skip();
    try {
      int value = Integer.parseInt(digits);
      if (value >= -1000 && value <= 1000) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below, like a number out of range
    }
    throw new ParseFailure(
        ParseProblem.PRIORITY_OUT_OF_RANGE,
        new SourceSpan(start, end),
        "priority " + digits + " is not in -1000..1000",
        null);
  }

  /** Returns the failure for a place where neither a keyword nor a path begins. */
  static ParseFailure unknownKeyword(RuleScanner in) {
    int start = in.pos;
    int end = start;
    while (end < in.text.length()
        && !Scanner.isBlank(in.text.charAt(end))
        && ",{(=".indexOf(in.text.charAt(end)) < 0
        && end - start < 40) {
      end++;
    }
    String word = in.text.substring(start, end);
    String near =
        Scanner.nearest(
            word,
            Stream.of(keywords(), PREFIXES, List.of("profile", "hat", "include", "abi"))
                .flatMap(Collection::stream)
                .toList());
    return new ParseFailure(
        ParseProblem.UNKNOWN_KEYWORD,
        new SourceSpan(start, Math.max(end, Math.min(start + 1, in.text.length()))),
        word.isEmpty() ? "expected a rule" + in.found() : "unknown keyword '" + word + "'",
        near == null ? null : "did you mean '" + near + "'?");
  }

  private static List<String> keywords() {
    return Stream.of(RuleKind.values()).flatMap(kind -> kind.keywords().stream()).toList();
  }
}
