package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;

/** Reads {@code link} rules. */
final class LinkParser {

  private LinkParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    boolean subset = in.acceptKeyword("subset");
    Word path = FileParser.path(in);
    String target = in.arrowTarget();
    if (target == null) {
      throw new ParseFailure(
          ParseProblem.LINK_WITHOUT_TARGET,
          in.from(in.ruleStart),
          "a link rule needs a target",
          "add '-> /path'");
    }
    return in.built(() -> new LinkRule(qualifiers, subset, path.text(), target));
  }
}
