package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.source.SourceSpan;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads rules about files, with and without the keyword {@code file}. */
final class FileParser {

  private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_]*(?=[\\s,])");
  private static final Pattern VARIABLE = Pattern.compile("@\\{[A-Za-z]\\w*\\}");
  private static final Pattern BARE_WORD =
      Pattern.compile("([A-Za-z][A-Za-z0-9_]{0,255})\\s+([A-Za-z]{1,19})[\\s,]");
  private static final Pattern ASSIGNMENT = Pattern.compile("@(?:\\{\\w+\\}|\\w+)\\s*[=+?]");

  private FileParser() {}

  /** Reads a rule that begins with a path or with permission letters. */
  static Rule bare(RuleScanner in, Qualifiers qualifiers) {
    return read(in, qualifiers, false);
  }

  /** Reads a rule after its keyword. */
  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    return read(in, qualifiers, true);
  }

  private static Rule read(RuleScanner in, Qualifiers qualifiers, boolean keyword) {
    if (keyword && in.atRuleEnd()) {
      return in.built(() -> FileRule.all().withQualifiers(qualifiers));
    }
    @Nullable Boolean unsafe = null;
    boolean bare = !atPath(in) && atBareWord(in);
    if (bare || atPath(in)) {
      // a path begins here, so there is neither 'unsafe' nor 'safe'
    } else if (in.acceptKeyword("unsafe")) {
      unsafe = true;
    } else if (in.acceptKeyword("safe")) {
      unsafe = false;
    }
    Word path;
    FilePermissions permissions;
    boolean prefix = false;
    if (bare || atPath(in)) {
      path = path(in);
      permissions = permissions(in);
    } else {
      if (in.text.startsWith("subset", in.pos) || !atPermissions(in)) {
        throw RuleParser.unknownKeyword(in);
      }
      permissions = permissions(in);
      if (permissions.bits() == FilePermissions.LINK && in.peekKeyword().equals("subset")) {
        return LinkParser.read(in, qualifiers);
      }
      prefix = true;
      path = path(in);
    }
    String target = in.arrowTarget();
    ExecMode exec = permissions.exec();
    if (unsafe != null) {
      if (exec == null) {
        throw new ParseFailure(
            ParseProblem.SAFE_WITHOUT_EXEC,
            in.from(in.ruleStart),
            "'safe' and 'unsafe' need an exec permission",
            null);
      }
      permissions = new FilePermissions(permissions.bits(), exec.withUnsafe(unsafe));
    }
    if (prefix && target != null && exec != null && permissions.contains(FilePermissions.LINK)) {
      throw new ParseFailure(
          ParseProblem.AMBIGUOUS_TARGET,
          in.from(in.ruleStart),
          "'-> " + target + "' could be the link's or the exec's",
          "write two rules");
    }
    FilePermissions all = permissions;
    return in.built(() -> new FileRule(qualifiers, path.text(), all, target));
  }

  private static boolean atPath(RuleScanner in) {
    char c = in.peek();
    return c == '/' || c == '"' || c == '@' || c == ':' || c == '&';
  }

  /**
   * Returns whether a word without a slash stands where a path should, with permissions after it.
   */
  private static boolean atBareWord(RuleScanner in) {
    Matcher word = in.matcher(BARE_WORD);
    return word.lookingAt()
        && FileRule.isWord(word.group(1))
        && FilePermissions.isLetters(word.group(2));
  }

  static Word path(RuleScanner in) {
    int start = in.pos;
    if (!atPath(in) && !atUnreservedWord(in)) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED,
          in.here(),
          "expected a path" + in.found(),
          "paths start with '/' or '@{'");
    }
    notAssigned(in);
    Word word = in.word("a path");
    boolean unnamed = word.text().startsWith("@{") && !VARIABLE.matcher(word.text()).lookingAt();
    if (unnamed
        || word.text().isEmpty()
        || (word.quoted() && "/@:&".indexOf(word.text().charAt(0)) < 0)) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PATH,
          word.span(),
          "a path must start with '/' or '@{': " + word.text(),
          null);
    }
    if (!word.text().startsWith("/") && !word.text().startsWith("@{")) {
      in.warn(
          new ParseFailure(
              ParseProblem.MATCHES_NO_PATH,
              word.span(),
              "'" + word.text() + "' is taken for a path, and matches none",
              keywordNear(word.text())));
    }
    if (in.peek() == '!' || (in.peek() == '"' && !word.quoted())) {
      throw new ParseFailure(
          ParseProblem.NEEDS_QUOTES,
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

  /**
   * Fails if {@code =} or the like follows a variable at once: {@code apparmor_parser} takes that
   * for an assignment.
   */
  static void notAssigned(RuleScanner in) {
    if (in.peek() != '@') {
      return;
    }
    Matcher assignment = in.matcher(ASSIGNMENT);
    if (assignment.lookingAt()) {
      throw new ParseFailure(
          ParseProblem.NEEDS_QUOTES,
          new SourceSpan(in.pos, assignment.end()),
          "'" + assignment.group() + "' begins an assignment, not a path",
          "put the path in quotes");
    }
  }

  /** Fails if a variable alone stands here, which {@code apparmor_parser} takes for no path. */
  static void notVariable(RuleScanner in) {
    Matcher variable = in.matcher(VARIABLE);
    if (variable.lookingAt()
        && (in.endsWord(variable.end()) || "=+?".indexOf(in.text.charAt(variable.end())) >= 0)) {
      throw new ParseFailure(
          ParseProblem.NEEDS_QUOTES,
          new SourceSpan(in.pos, variable.end()),
          "a variable alone can't stand here",
          "put it in quotes");
    }
  }

  private static @Nullable String keywordNear(String word) {
    return RuleScanner.suggestion(
        word, Stream.of(RuleKind.values()).flatMap(kind -> kind.keywords().stream()).toList());
  }

  private static boolean atUnreservedWord(RuleScanner in) {
    Matcher word = in.matcher(WORD);
    return word.lookingAt() && FileRule.isWord(word.group());
  }

  private static boolean atPermissions(RuleScanner in) {
    Matcher word = in.matcher(WORD);
    return word.lookingAt()
        && FilePermissions.isLetters(word.group())
        && Scanner.isBlank(in.peek(word.group().length()));
  }

  private static FilePermissions permissions(RuleScanner in) {
    Word word = in.bareWord("permissions", ",");
    try {
      FilePermissions permissions = FilePermissions.of(word.text());
      in.skip();
      return permissions;
    } catch (IllegalArgumentException e) {
      throw new ParseFailure(
          ParseProblem.INVALID_PERMISSIONS,
          word.span(),
          "permissions '" + word.text() + "': " + e.getMessage(),
          null);
    }
  }
}
