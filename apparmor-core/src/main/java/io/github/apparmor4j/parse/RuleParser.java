package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkProtocol;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.source.SourceSpan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one rule, from its qualifiers to its comma. One method for each kind. */
final class RuleParser {

  /** The keywords that begin a rule. */
  static final List<String> KEYWORDS =
      List.of(
          "capability",
          "file",
          "link",
          "mount",
          "network",
          "pivot_root",
          "ptrace",
          "remount",
          "signal",
          "umount");

  private static final List<String> PREFIXES =
      List.of("audit", "allow", "deny", "owner", "user", "other", "safe", "unsafe");

  // Kinds that the language has and this parser does not read so far: docs/compatibility.md.
  private static final List<String> LATER =
      List.of(
          "alias",
          "all",
          "change_profile",
          "dbus",
          "if",
          "io_uring",
          "mqueue",
          "prompt",
          "rewrite",
          "set",
          "unix",
          "unmount",
          "userns");

  private final Scanner in;

  RuleParser(Scanner in) {
    this.in = in;
  }

  /** Reads the rule at the cursor, up to and with its comma. */
  Rule rule() {
    int start = in.pos;
    Qualifiers qualifiers = qualifiers();
    String keyword = in.peekKeyword();
    char after = in.peek(keyword.length());
    boolean whole = after == ',' || Scanner.isBlank(after) || after == '(' || after == '\0';
    Rule rule;
    if (whole && KEYWORDS.contains(keyword)) {
      in.accept(keyword);
      rule =
          switch (keyword) {
            case "capability" -> capability(qualifiers, start);
            case "file" -> file(qualifiers, start, true);
            case "link" -> link(qualifiers, start);
            case "mount" -> mount(qualifiers, start, MountRule.Operation.MOUNT);
            case "network" -> network(qualifiers, start);
            case "pivot_root" -> pivotRoot(qualifiers, start);
            case "ptrace" -> ptrace(qualifiers, start);
            case "remount" -> mount(qualifiers, start, MountRule.Operation.REMOUNT);
            case "signal" -> signal(qualifiers, start);
            case "umount" -> mount(qualifiers, start, MountRule.Operation.UMOUNT);
            default -> throw new AssertionError(keyword);
          };
    } else if (whole && LATER.contains(keyword)) {
      throw new ParseFailure(
          "AA-PARSE-0020",
          new SourceSpan(start, in.pos + keyword.length()),
          "rules of the kind '" + keyword + "' are not supported by this version",
          null);
    } else {
      rule = file(qualifiers, start, false);
    }
    comma(rule);
    return rule;
  }

  private void comma(Rule rule) {
    if (!in.text.startsWith(",", in.pos)) {
      String kind = rule.getClass().getSimpleName().replace("Rule", "").toLowerCase(Locale.ROOT);
      int at = Math.min(in.lastEnd, in.text.length());
      throw new ParseFailure(
          "AA-PARSE-0010",
          new SourceSpan(at, at),
          "a " + kind + " rule needs ',' at its end",
          "add ','");
    }
    in.advance(1);
  }

  private Qualifiers qualifiers() {
    int priority = 0;
    boolean audit = false;
    if (in.acceptKeyword("priority")) {
      priority = priority();
    }
    if (in.acceptKeyword("audit")) {
      audit = true;
    }
    Qualifiers.Action action = Qualifiers.Action.ALLOW;
    if (in.acceptKeyword("deny")) {
      action = Qualifiers.Action.DENY;
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
    if (Stream.of("audit", "allow", "deny", "owner", "user", "other", "priority")
            .anyMatch(next::equals)
        && Scanner.isBlank(in.peek(next.length()))) {
      throw new ParseFailure(
          "AA-PARSE-0011",
          new SourceSpan(in.pos, in.pos + next.length()),
          "'" + next + "' can't stand here",
          "the order is: priority=N, audit, allow or deny, owner or other, each at most once");
    }
    return new Qualifiers(priority, audit, action, ownership);
  }

  private int priority() {
    expect("=");
    Word word = in.word("a number");
    try {
      int value = Integer.parseInt(word.text());
      if (value >= -1000 && value <= 1000) {
        in.skip();
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below, as the wrong range is
    }
    throw new ParseFailure(
        "AA-PARSE-0012", word.span(), "priority " + word.text() + " is not in -1000..1000", null);
  }

  private void expect(String symbol) {
    if (!in.accept(symbol)) {
      throw new ParseFailure(
          "AA-PARSE-0002", in.here(), "expected '" + symbol + "'" + in.found(), null);
    }
  }

  private boolean atRuleEnd() {
    return in.peek() == ',' || in.atEnd();
  }

  // ---- files

  private Rule file(Qualifiers qualifiers, int start, boolean keyword) {
    if (keyword && atRuleEnd()) {
      return built(start, () -> FileRule.all().withQualifiers(qualifiers));
    }
    @Nullable Boolean unsafe = null;
    if (in.acceptKeyword("unsafe")) {
      unsafe = true;
    } else if (in.acceptKeyword("safe")) {
      unsafe = false;
    }
    Word path;
    FilePermissions permissions;
    if (atPath()) {
      path = path();
      permissions = permissions();
    } else {
      if (in.text.startsWith("subset", in.pos) || !atPermissions()) {
        throw unknownKeyword();
      }
      permissions = permissions();
      path = path();
    }
    String target = arrowTarget();
    ExecMode exec = permissions.exec();
    if (unsafe != null) {
      if (exec == null) {
        throw new ParseFailure(
            "AA-PARSE-0013", in.from(start), "'safe' and 'unsafe' need an exec permission", null);
      }
      permissions = new FilePermissions(permissions.bits(), exec.withUnsafe(unsafe));
    }
    FilePermissions all = permissions;
    return built(start, () -> new FileRule(qualifiers, path.text(), all, target));
  }

  private Rule link(Qualifiers qualifiers, int start) {
    boolean subset = in.acceptKeyword("subset");
    Word path = path();
    String target = arrowTarget();
    if (target == null) {
      throw new ParseFailure(
          "AA-PARSE-0014", in.from(start), "a link rule needs a target", "add '-> /path'");
    }
    return built(start, () -> new LinkRule(qualifiers, subset, path.text(), target));
  }

  private @Nullable String arrowTarget() {
    if (!in.accept("->")) {
      return null;
    }
    Word word = in.word("a target");
    in.skip();
    return word.text();
  }

  private boolean atPath() {
    char c = in.peek();
    return c == '/' || c == '"' || c == '@';
  }

  private Word path() {
    int start = in.pos;
    if (!atPath()) {
      throw new ParseFailure(
          "AA-PARSE-0002",
          in.here(),
          "expected a path" + in.found(),
          "paths start with '/' or '@{'");
    }
    Word word = in.word("a path");
    if (!word.text().startsWith("/") && !word.text().startsWith("@{")) {
      throw new ParseFailure(
          "AA-PARSE-0015", word.span(), "a path must start with '/' or '@{': " + word.text(), null);
    }
    if (in.peek() == '!' || (in.peek() == '"' && !word.quoted())) {
      throw new ParseFailure(
          "AA-PARSE-0016",
          in.here(),
          "'" + in.peek() + "' can't stand in a bare path",
          "put the path in quotes");
    }
    if (in.pos == start) {
      throw new AssertionError("no progress at " + start);
    }
    in.skip();
    return word;
  }

  private boolean atPermissions() {
    int at = in.pos;
    while (at < in.text.length() && Character.isLetter(in.text.charAt(at))) {
      at++;
    }
    String letters = in.text.substring(in.pos, at).toLowerCase(Locale.ROOT);
    return !letters.isEmpty()
        && letters.length() < 20
        && letters.chars().allMatch(c -> "rwalkmxiupc".indexOf(c) >= 0)
        && at < in.text.length()
        && Scanner.isBlank(in.text.charAt(at));
  }

  private FilePermissions permissions() {
    Word word = in.word("permissions");
    try {
      FilePermissions permissions = FilePermissions.of(word.text());
      in.skip();
      return permissions;
    } catch (IllegalArgumentException e) {
      throw new ParseFailure(
          "AA-PARSE-0017",
          word.span(),
          "permissions '" + word.text() + "': " + e.getMessage(),
          null);
    }
  }

  private ParseFailure unknownKeyword() {
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
            Stream.of(KEYWORDS, PREFIXES, LATER, List.of("profile", "hat", "include", "abi"))
                .flatMap(List::stream)
                .toList());
    return new ParseFailure(
        "AA-PARSE-0018",
        new SourceSpan(start, Math.max(end, Math.min(start + 1, in.text.length()))),
        word.isEmpty() ? "expected a rule" + in.found() : "unknown keyword '" + word + "'",
        near == null ? null : "did you mean '" + near + "'?");
  }

  // ---- the rest, in the order of their names

  private Rule capability(Qualifiers qualifiers, int start) {
    List<Capability> capabilities = new ArrayList<>();
    while (!atRuleEnd()) {
      Word word = in.word("a capability");
      capabilities.add(
          known(word, Capability.named(word.text()), "capability", List.of(Capability.values())));
      in.skip();
    }
    return built(start, () -> new CapabilityRule(qualifiers, capabilities));
  }

  private Rule mount(Qualifiers qualifiers, int start, MountRule.Operation operation) {
    List<String> fstypes = new ArrayList<>();
    List<MountRule.Options> options = new ArrayList<>();
    while (true) {
      int from = in.pos;
      if (in.acceptKeyword("fstype") || in.acceptKeyword("vfstype")) {
        equalsOrIn();
        values("a file system type").forEach(word -> fstypes.add(word.text()));
      } else if (in.acceptKeyword("options") || in.acceptKeyword("option")) {
        boolean optional = equalsOrIn();
        List<MountOption> known = new ArrayList<>();
        for (Word word : values("a mount option")) {
          known.add(
              known(
                  word,
                  MountOption.named(word.text()),
                  "mount option",
                  List.of(MountOption.values())));
        }
        options.add(built(from, () -> new MountRule.Options(optional, known)));
      } else {
        break;
      }
      in.skip();
    }
    String source = null;
    String mountPoint = null;
    if (!atRuleEnd() && !in.text.startsWith("->", in.pos)) {
      String first = in.word("a path").text();
      in.skip();
      if (operation == MountRule.Operation.MOUNT) {
        source = first;
      } else {
        mountPoint = first;
      }
    }
    if (operation == MountRule.Operation.MOUNT) {
      mountPoint = arrowTarget();
    }
    String from = source;
    String to = mountPoint;
    return built(start, () -> new MountRule(qualifiers, operation, fstypes, options, from, to));
  }

  private Rule network(Qualifiers qualifiers, int start) {
    List<NetworkPermission> permissions =
        permissionList(NetworkPermission::named, NetworkPermission.values());
    NetworkFamily family = null;
    SocketType type = null;
    NetworkProtocol protocol = null;
    while (!atRuleEnd()) {
      Word word = in.word("an address family, a socket type or a protocol");
      String text = word.text();
      if (family == null && type == null && protocol == null && NetworkFamily.named(text) != null) {
        family = NetworkFamily.named(text);
      } else if (type == null && protocol == null && SocketType.named(text) != null) {
        type = SocketType.named(text);
      } else if (type == null && protocol == null && NetworkProtocol.named(text) != null) {
        protocol = NetworkProtocol.named(text);
      } else {
        throw new ParseFailure(
            "AA-PARSE-0019",
            word.span(),
            "'" + text + "' is no address family, socket type or protocol that can stand here",
            suggestion(
                text,
                Stream.of(NetworkFamily.values(), SocketType.values())
                    .flatMap(Arrays::stream)
                    .toList()));
      }
      in.skip();
    }
    NetworkFamily f = family;
    SocketType t = type;
    NetworkProtocol p = protocol;
    return built(start, () -> new NetworkRule(qualifiers, permissions, f, t, p));
  }

  private Rule pivotRoot(Qualifiers qualifiers, int start) {
    String oldRoot = null;
    if (in.acceptKeyword("oldroot")) {
      expect("=");
      oldRoot = in.word("a path").text();
      in.skip();
    }
    String newRoot = null;
    if (!atRuleEnd() && !in.text.startsWith("->", in.pos)) {
      newRoot = in.word("a path").text();
      in.skip();
    }
    String transition = arrowTarget();
    String from = oldRoot;
    String to = newRoot;
    return built(start, () -> new PivotRootRule(qualifiers, from, to, transition));
  }

  private Rule ptrace(Qualifiers qualifiers, int start) {
    List<PtracePermission> permissions =
        permissionList(PtracePermission::named, PtracePermission.values());
    String peer = peer();
    return built(start, () -> new PtraceRule(qualifiers, permissions, peer));
  }

  private Rule signal(Qualifiers qualifiers, int start) {
    List<SignalPermission> permissions =
        permissionList(SignalPermission::named, SignalPermission.values());
    List<Signal> signals = new ArrayList<>();
    while (in.acceptKeyword("set")) {
      expect("=");
      for (Word word : values("a signal")) {
        signals.add(known(word, Signal.named(word.text()), "signal", List.of()));
      }
      in.skip();
    }
    String peer = peer();
    return built(start, () -> new SignalRule(qualifiers, permissions, signals, peer));
  }

  // ---- shared pieces

  private @Nullable String peer() {
    if (!in.acceptKeyword("peer")) {
      return null;
    }
    expect("=");
    if (in.peek() == '(') {
      throw new ParseFailure(
          "AA-PARSE-0002", in.here(), "expected a label, not '('", "write peer=LABEL");
    }
    Word word = in.word("a label");
    in.skip();
    return word.text();
  }

  /** Passes {@code =} or {@code in}; returns whether it was the second. */
  private boolean equalsOrIn() {
    if (in.acceptKeyword("in")) {
      return true;
    }
    expect("=");
    return false;
  }

  /** Returns one value, or those of a list in parentheses. */
  private List<Word> values(String what) {
    if (!in.accept("(")) {
      return List.of(in.word(what));
    }
    List<Word> words = new ArrayList<>();
    while (!in.accept(")")) {
      if (!in.accept(",")) {
        words.add(in.word(what, "(),"));
        in.skip();
      }
    }
    if (words.isEmpty()) {
      throw new ParseFailure("AA-PARSE-0002", in.here(), "expected " + what + " in '()'", null);
    }
    return words;
  }

  private <P extends Enum<P>> List<P> permissionList(Function<String, @Nullable P> named, P[] all) {
    List<P> permissions = new ArrayList<>();
    if (in.peek() == '(') {
      for (Word word : values("a permission")) {
        permissions.addAll(permission(word, named, all));
      }
      in.skip();
      return permissions;
    }
    String next = in.peekKeyword();
    if (next.equals("rw") || named.apply(next) != null) {
      char after = in.peek(next.length());
      if (after == ',' || Scanner.isBlank(after)) {
        permissions.addAll(permission(in.word("a permission"), named, all));
        in.skip();
      }
    }
    return permissions;
  }

  private <P extends Enum<P>> List<P> permission(
      Word word, Function<String, @Nullable P> named, P[] all) {
    if (word.text().equals("rw")) {
      return Stream.of("r", "w")
          .map(half -> known(word, named.apply(half), "permission", List.of(all)))
          .toList();
    }
    return List.of(known(word, named.apply(word.text()), "permission", List.of(all)));
  }

  private static <T> T known(Word word, @Nullable T value, String what, List<?> all) {
    if (value != null) {
      return value;
    }
    throw new ParseFailure(
        "AA-PARSE-0021",
        word.span(),
        "unknown " + what + " '" + word.text() + "'",
        suggestion(word.text(), all));
  }

  private static @Nullable String suggestion(String word, List<?> all) {
    String near = Scanner.nearest(word, all.stream().map(Object::toString).toList());
    return near == null ? null : "did you mean '" + near + "'?";
  }

  /** Builds a model element; what its constructor refuses becomes a failure at the rule. */
  private <T> T built(int start, Supplier<T> element) {
    try {
      return element.get();
    } catch (IllegalArgumentException e) {
      throw new ParseFailure("AA-PARSE-0022", in.from(start), String.valueOf(e.getMessage()), null);
    }
  }
}
