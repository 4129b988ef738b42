package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.UsernsRule;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;

/** User namespaces: the class byte alone. */
final class UsernsEncoder {

  private UsernsEncoder() {}

  // The permissions are those of the class byte itself, where the class's marker is as well: so
  // each
  // rule brings a marker of its own priority.
  static void encode(UsernsRule rule, RuleOutput out) {
    if (out.enforces("namespaces/mask/userns_create")) {
      Regex head = Regex.of(PolicyClass.USERNS);
      out.policy(rule.qualifiers(), head, AcceptBits.USERNS_CREATE);
      out.marker(rule.qualifiers(), head);
    }
  }
}
