package io.github.apparmor4j.profile;

import java.util.Comparator;

/** An element of a profile's body. */
public sealed interface ProfileElement
    permits AbiRule, Comment, Conditional, Include, Profile, Rule, RuleBlock {

  /**
   * Returns the order of a profile's elements in canonical text, by kind: abi, includes, rules in
   * the order of {@link RuleKind}, blocks, conditionals, children, and last the includes of {@code
   * local/}, where a site adds to the profile. Elements of one kind compare as equal.
   */
  static Comparator<ProfileElement> canonicalOrder() {
    return CanonicalOrder.BY_KIND;
  }
}
