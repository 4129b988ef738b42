package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.policy.PolicyClass;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.UsernsRule;
import java.util.List;

/** Rules about objects of the kernel's: message queues, user namespaces, {@code io_uring}. */
final class ObjectEncoder {

  private static final int USERNS_CREATE = 0x8;
  private static final Regex BYTE = Regex.of(ByteSet.ALL);

  private ObjectEncoder() {}

  // Permissions of the next two are those of the class byte itself, where the class's marker is as
  // well: so
  // each rule brings a marker of its own priority.

  static void encode(UsernsRule rule, Encoder out) {
    if (out.enforces("namespaces/mask/userns_create")) {
      Regex head = Regex.of(PolicyClass.USERNS);
      out.policy(rule.qualifiers(), head, USERNS_CREATE);
      out.marker(rule.qualifiers(), head);
    }
  }

  static void encode(IoUringRule rule, Encoder out) {
    if (!out.enforces("io_uring")) {
      return;
    }
    Regex head = Regex.of(PolicyClass.IO_URING);
    int permissions =
        Permission.bits(
            rule.permissions().isEmpty()
                ? List.of(IoUringPermission.values())
                : rule.permissions());
    out.policy(rule.qualifiers(), head, permissions);
    out.marker(rule.qualifiers(), head);
    if ((permissions & IoUringPermission.OVERRIDE_CREDS.bit()) != 0) {
      out.policy(rule.qualifiers(), Regex.sequence(head, out.name(rule.label())), permissions);
    }
  }

  static void encode(MqueueRule rule, Encoder out) {
    boolean posix = out.mediation.has("ipc/posix_mqueue");
    boolean sysv = out.mediation.has("ipc/sysv_mqueue");
    MqueueRule.Type type = rule.effectiveType();
    if (type == null ? posix || sysv : type == MqueueRule.Type.POSIX ? posix : sysv) {
      if (type != MqueueRule.Type.SYSV) {
        queue(rule, Regex.sequence(Regex.of(PolicyClass.POSIX_MQUEUE), out.name(rule.name())), out);
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
    long key = Long.parseLong(rule.name());
    return Regex.bytes((byte) (key >> 24), (byte) (key >> 16), (byte) (key >> 8), (byte) key);
  }

  private static void queue(MqueueRule rule, Regex queue, Encoder out) {
    int permissions =
        Permission.bits(
            rule.permissions().isEmpty() ? List.of(MqueuePermission.values()) : rule.permissions());
    int create =
        Permission.bits(
            List.of(MqueuePermission.CREATE, MqueuePermission.READ, MqueuePermission.WRITE));
    if (rule.label() == null) {
      out.policy(rule.qualifiers(), queue, PolicyClass.acceptBits(permissions));
    }
    if ((permissions & MqueuePermission.CREATE.bit()) != 0) {
      out.policy(rule.qualifiers(), queue, permissions & create);
    }
    out.policy(
        rule.qualifiers(),
        Regex.sequence(queue, Encoder.NUL, out.label(rule.label())),
        PolicyClass.acceptBits(permissions));
  }
}
