package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.UsernsRule;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;

/** Encoder of rules about user namespaces: the class byte alone. */
final class UsernsEncoder {

  private UsernsEncoder() {}

  // The permission belongs to the class byte alone, which is also the class's marker. So each rule
  // adds a marker with its own priority.
  static void encode(UsernsRule rule, RuleOutput out) {
    if (out.enforces("namespaces/mask/userns_create")) {
      Regex head = Regex.of(PolicyClass.USERNS);
      out.policy(rule.qualifiers(), head, AcceptBits.USERNS_CREATE);
      out.marker(rule.qualifiers(), head);
    }
  }
}
