package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;

/** Reads {@code pivot_root} rules. */
final class PivotRootParser {

  private PivotRootParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    String oldRoot = null;
    if (in.acceptKeyword("oldroot")) {
      in.expect("=");
      oldRoot = in.word("a path").text();
      in.skip();
    }
    String newRoot = null;
    if (!in.atRuleEnd() && !in.text.startsWith("->", in.pos)) {
      newRoot = in.word("a path").text();
      in.skip();
    }
    String transition = in.spacedArrowTarget();
    String from = oldRoot;
    String to = newRoot;
    return in.built(() -> new PivotRootRule(qualifiers, from, to, transition));
  }
}
