package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.List;
import java.util.regex.Pattern;

/** Reads {@code pivot_root} rules. */
final class PivotRootParser {

  private static final Pattern PATH = Pattern.compile("[/\":&A-Za-z]|@\\{");

  private PivotRootParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    String oldRoot = null;
    if (in.passKeyword("oldroot")) {
      in.passEquals();
      List<Word> paths = in.values("a path");
      if (paths.size() > 1) {
        throw new ParseFailure(
            ParseProblem.REPEATED_CONDITION,
            paths.get(1).span(),
            "the condition 'oldroot' takes one value",
            null);
      }
      oldRoot = paths.get(0).text();
      in.skip();
    }
    String newRoot = null;
    if (!in.atRuleEnd() && !in.text.startsWith("->", in.pos)) {
      FileParser.notVariable(in);
      if (!in.matcher(PATH).lookingAt()) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, in.here(), "expected a path" + in.found(), null);
      }
      newRoot = in.word("a path").text();
      in.skip();
    }
    String transition = in.arrowTarget();
    String from = oldRoot;
    String to = newRoot;
    return in.built(() -> new PivotRootRule(qualifiers, from, to, transition));
  }
}
