package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Reads the parts between a profile's name and its body, each of which may be missing. */
final class HeaderParser {

  private HeaderParser() {}

  /** Reads the extended attributes that an executable must have. */
  static List<Profile.XattrMatch> xattrs(RuleScanner in) {
    List<Profile.XattrMatch> xattrs = new ArrayList<>();
    if (!in.passKeyword("xattrs")) {
      return xattrs;
    }
    in.comments = false;
    try {
      in.skipInLine();
      in.expectInLine('=');
      in.expect("(");
      xattrs(in, xattrs);
    } finally {
      in.comments = true;
    }
    in.skip();
    return xattrs;
  }

  private static void xattrs(RuleScanner in, List<Profile.XattrMatch> xattrs) {
    int start = in.pos;
    while (!in.accept(")")) {
      if (in.accept(",")) {
        continue;
      }
      Word name = in.bareWord("an attribute", "(),=");
      in.skip();
      String value = null;
      if (in.accept("=")) {
        boolean list = in.accept("(");
        Word word = in.word("a value", "(),");
        if (word.text().isEmpty()) {
          throw new ParseFailure(
              ParseProblem.UNEXPECTED, word.span(), "an attribute's value can't be empty", null);
        }
        value = word.text();
        in.skip();
        if (list) {
          in.expect(")");
        }
      }
      String v = value;
      xattrs.add(in.built(start, () -> new Profile.XattrMatch(name.text(), v)));
    }
  }

  /** Reads the identities that tasks under the profile have. */
  static List<String> identities(RuleScanner in) {
    List<String> identities = new ArrayList<>();
    while (in.peek() == '+') {
      in.advance(1);
      in.skipInLine();
      if (!in.passKeyword("identities")) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED,
            in.here(),
            "expected 'identities'" + in.found(),
            "+identities=(NAME …)");
      }
      in.comments = false;
      try {
        in.passEquals();
        if (in.peek() != '(') {
          throw new ParseFailure(
              ParseProblem.UNEXPECTED, in.here(), "expected '('" + in.found(), null);
        }
        in.values("an identity").forEach(word -> identities.add(word.text()));
      } finally {
        in.comments = true;
      }
      in.skip();
    }
    return identities;
  }

  /** Reads the list of flags, and adds the place of each to {@code places}. */
  static List<ProfileFlag> flags(RuleScanner in, List<ProfileHeader.Flag> places) {
    List<ProfileFlag> flags = new ArrayList<>();
    in.comments = false;
    try {
      if (in.passKeyword("flags")) {
        in.passEquals();
        if (in.peek() != '(') {
          throw new ParseFailure(
              ParseProblem.UNEXPECTED, in.here(), "expected '('" + in.found(), null);
        }
      }
      if (in.peek() == '(') {
        list(in, flags, places);
      }
    } finally {
      in.comments = true;
    }
    in.skip();
    return flags;
  }

  private static void list(
      RuleScanner in, List<ProfileFlag> flags, List<ProfileHeader.Flag> places) {
    in.expect("(");
    int start = in.pos;
    while (!in.accept(")")) {
      if (in.accept(",")) {
        continue;
      }
      if (in.atEnd() || in.peek() == '{') {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, in.here(), "expected ')'" + in.found(), null);
      }
      flag(in, flags, places);
      in.skip();
    }
    if (flags.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.EMPTY_FLAGS, in.from(start), "the list of flags is empty", null);
    }
  }

  private static void flag(
      RuleScanner in, List<ProfileFlag> flags, List<ProfileHeader.Flag> places) {
    int start = in.pos;
    Word word = in.word("a flag", "(),=");
    ProfileFlag.Kind kind = ProfileFlag.Kind.named(word.text()).orElse(null);
    if (kind == null) {
      String near =
          Scanner.nearest(
              word.text().toLowerCase(Locale.ROOT),
              Stream.of(ProfileFlag.Kind.values()).map(Object::toString).toList());
      throw new ParseFailure(
          ParseProblem.UNKNOWN_FLAG,
          word.span(),
          "unknown flag '" + word.text() + "'",
          near == null ? null : "did you mean '" + near + "'?");
    }
    String value = null;
    if (in.peek() == '=') {
      in.advance(1);
      value = in.bareWord("a flag's value", "(),").text();
    }
    String v = value;
    ProfileFlag flag = in.built(start, () -> new ProfileFlag(kind, v));
    for (ProfileFlag earlier : flags) {
      if (earlier.kind().excludes(kind)) {
        throw new ParseFailure(
            ParseProblem.CONFLICTING_FLAGS,
            in.from(start),
            "flags '" + earlier + "' and '" + flag + "' exclude each other",
            null);
      }
    }
    places.add(new ProfileHeader.Flag(kind, in.from(start)));
    if (!flags.contains(flag)) {
      flags.add(flag);
    }
  }
}
