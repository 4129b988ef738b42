package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.vocabulary.PolicyClass;

/**
 * Encoder of {@code pivot_root} rules, in the class of mounts: the new root, and where the old one
 * goes.
 */
final class PivotRootEncoder {

  private PivotRootEncoder() {}

  static void encode(PivotRootRule rule, RuleOutput out) {
    if (out.enforces("mount")) {
      out.policy(
          rule.qualifiers(),
          Regex.sequence(
              Regex.of(PolicyClass.MOUNT),
              out.path(rule.newRoot()),
              RuleOutput.NUL,
              out.path(rule.oldRoot())),
          out.mounts().of(rule));
    }
  }
}
