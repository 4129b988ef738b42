package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads rules about files, with and without the keyword {@code file}. */
final class FileParser {

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
    if (atPath(in)) {
      // a path begins here, so there is neither 'unsafe' nor 'safe'
    } else if (in.acceptKeyword("unsafe")) {
      unsafe = true;
    } else if (in.acceptKeyword("safe")) {
      unsafe = false;
    }
    Word path;
    FilePermissions permissions;
    boolean prefix = false;
    if (atPath(in)) {
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
    return c == '/' || c == '"' || c == '@';
  }

  static Word path(RuleScanner in) {
    int start = in.pos;
    if (!atPath(in)) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED,
          in.here(),
          "expected a path" + in.found(),
          "paths start with '/' or '@{'");
    }
    Word word = in.word("a path");
    if (!word.text().startsWith("/") && !word.text().startsWith("@{")) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PATH,
          word.span(),
          "a path must start with '/' or '@{': " + word.text(),
          null);
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

  private static boolean atPermissions(RuleScanner in) {
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

  private static FilePermissions permissions(RuleScanner in) {
    Word word = in.word("permissions", ",");
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
