package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;

/** The effect of a block's qualifiers on the rules inside. */
final class Blocks {

  private Blocks() {}

  /** Returns the qualifiers of a block or a rule inside a block. */
  static Qualifiers nested(Qualifiers outer, Qualifiers inner) {
    return new Qualifiers(
        inner.priority(),
        outer.audit() || inner.audit(),
        inner.action() == Qualifiers.Action.ALLOW ? outer.action() : inner.action(),
        inner.ownership() == Qualifiers.Ownership.ANY ? outer.ownership() : inner.ownership());
  }

  /** Returns whether a rule is of a kind that can have an owner. */
  static boolean isAboutFiles(Rule rule) {
    return rule instanceof FileRule || rule instanceof LinkRule;
  }

  /**
   * Returns a rule with the qualifiers of the blocks around it.
   *
   * @throws IllegalArgumentException if its kind doesn't take their qualifiers
   */
  static Rule apply(Qualifiers outer, Rule rule) {
    return outer.equals(Qualifiers.NONE)
        ? rule
        : rule.withQualifiers(nested(outer, rule.qualifiers()));
  }
}
