package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.vocabulary.PolicyClass;

/** Encoder of {@code io_uring} rules: the class byte and, for credentials, their label. */
final class IoUringEncoder {

  private IoUringEncoder() {}

  // The permissions belong to the class byte alone, which is also the class's marker. So each rule
  // adds a marker with its own priority.
  static void encode(IoUringRule rule, RuleOutput out) {
    if (!out.enforces("io_uring")) {
      return;
    }
    Regex head = Regex.of(PolicyClass.IO_URING);
    int permissions = Permission.bits(rule.permissions(), rule.kind());
    out.policy(rule.qualifiers(), head, permissions);
    out.marker(rule.qualifiers(), head);
    if ((permissions & IoUringPermission.OVERRIDE_CREDS.bit()) != 0) {
      out.policy(
          rule.qualifiers(), Regex.sequence(head, RuleOutput.name(rule.label())), permissions);
    }
  }
}
