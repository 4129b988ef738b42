package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;

/** Encoder of signal rules: the class, the signal's byte, and the other task's label. */
final class SignalEncoder {

  // apparmor_parser also writes the class after a byte 16. Kernels never ask that way, but the
  // policies should be equal.
  static final Regex SIXTEEN = Regex.of(16);

  private SignalEncoder() {}

  static void encode(SignalRule rule, RuleOutput out) {
    if (!out.enforces("signal")) {
      return;
    }
    int permissions = Permission.bits(rule.permissions(), rule.kind());
    Regex head;
    if (rule.signals().isEmpty()) {
      head =
          Regex.choice(
              List.of(
                  Regex.sequence(SIXTEEN, Regex.of(PolicyClass.SIGNAL)),
                  Regex.sequence(Regex.of(PolicyClass.SIGNAL), Regex.of(ByteSet.ALL))));
    } else {
      ByteSet set = ByteSet.NONE;
      for (Signal signal : rule.signals()) {
        set = set.with(signal.code());
      }
      head = Regex.sequence(Regex.of(PolicyClass.SIGNAL), Regex.of(set));
    }
    out.policy(rule.qualifiers(), Regex.sequence(head, RuleOutput.label(rule.peer())), permissions);
  }
}
