package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;

/**
 * Encoder of rules about message queues: the class of their type, the name or key, and the label.
 */
final class MqueueEncoder {

  /** More than a key of 32 bits has, and few enough for a {@code long}. */
  private static final int MOST_DIGITS = 18;

  private static final Regex BYTE = Regex.of(ByteSet.ALL);

  private MqueueEncoder() {}

  static void encode(MqueueRule rule, RuleOutput out) {
    boolean posix = out.mediation.has("ipc/posix_mqueue");
    boolean sysv = out.mediation.has("ipc/sysv_mqueue");
    MqueueRule.Type type = rule.effectiveType().orElse(null);
    if (type == null ? posix || sysv : type == MqueueRule.Type.POSIX ? posix : sysv) {
      if (type != MqueueRule.Type.SYSV) {
        queue(
            rule,
            Regex.sequence(Regex.of(PolicyClass.POSIX_MQUEUE), RuleOutput.name(rule.name())),
            out);
      }
      if (type != MqueueRule.Type.POSIX) {
        queue(rule, Regex.sequence(Regex.of(PolicyClass.SYSV_MQUEUE), key(rule)), out);
      }
    } else {
      out.notEnforced(type == MqueueRule.Type.SYSV ? "ipc/sysv_mqueue" : "ipc/posix_mqueue");
    }
  }

  private static Regex key(MqueueRule rule) {
    if (rule.name() == null) {
      return Regex.sequence(BYTE, BYTE, BYTE, BYTE);
    }
    if (rule.name().length() > MOST_DIGITS) {
      throw new IllegalArgumentException("a queue's key has 32 bits, not " + rule.name());
    }
    long key = Long.parseLong(rule.name());
    return Regex.bytes((byte) (key >> 24), (byte) (key >> 16), (byte) (key >> 8), (byte) key);
  }

  private static void queue(MqueueRule rule, Regex queue, RuleOutput out) {
    int permissions = Permission.bits(rule.permissions(), rule.kind());
    int create =
        Permission.bits(
            List.of(MqueuePermission.CREATE, MqueuePermission.READ, MqueuePermission.WRITE));
    if (rule.label() == null) {
      out.policy(rule.qualifiers(), queue, AcceptBits.ofPolicy(permissions));
    }
    if ((permissions & MqueuePermission.CREATE.bit()) != 0) {
      out.policy(rule.qualifiers(), queue, permissions & create);
    }
    out.policy(
        rule.qualifiers(),
        Regex.sequence(queue, RuleOutput.NUL, RuleOutput.label(rule.label())),
        AcceptBits.ofPolicy(permissions));
  }
}
