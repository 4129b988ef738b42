package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;

/** Encoder of rules about tracing: the class and the other task's label. */
final class PtraceEncoder {

  private PtraceEncoder() {}

  static void encode(PtraceRule rule, RuleOutput out) {
    if (!out.enforces("ptrace")) {
      return;
    }
    int permissions = Permission.bits(rule.permissions(), rule.kind());
    Regex head = Regex.of(PolicyClass.PTRACE);
    Regex either = Regex.choice(List.of(Regex.sequence(SignalEncoder.SIXTEEN, head), head));
    out.policy(
        rule.qualifiers(), Regex.sequence(either, RuleOutput.label(rule.peer())), permissions);
  }
}
