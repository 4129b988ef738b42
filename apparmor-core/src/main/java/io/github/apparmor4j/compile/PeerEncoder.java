package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.policy.PolicyClass;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import java.util.List;

/** Rules about another task: a class, for signals the signal's byte, and the task's label. */
final class PeerEncoder {

  // apparmor_parser also writes the class behind a byte 16; kernels never ask that way, but
  // policies should be equal.
  private static final Regex SIXTEEN = Regex.of(16);

  private PeerEncoder() {}

  static void encode(SignalRule rule, Encoder out) {
    if (!out.enforces("signal")) {
      return;
    }
    int permissions =
        Permission.bits(
            rule.permissions().isEmpty() ? List.of(SignalPermission.values()) : rule.permissions());
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
    out.policy(rule.qualifiers(), Regex.sequence(head, out.label(rule.peer())), permissions);
  }

  static void encode(PtraceRule rule, Encoder out) {
    if (!out.enforces("ptrace")) {
      return;
    }
    int permissions =
        Permission.bits(
            rule.permissions().isEmpty() ? List.of(PtracePermission.values()) : rule.permissions());
    Regex head = Regex.of(PolicyClass.PTRACE);
    Regex either = Regex.choice(List.of(Regex.sequence(SIXTEEN, head), head));
    out.policy(rule.qualifiers(), Regex.sequence(either, out.label(rule.peer())), permissions);
  }
}
