package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.Objects;

/** Message queues: {@code mqueue read posix /queue label}, {@code mqueue write sysv 7 label}. */
final class MqueueAccess {

  private MqueueAccess() {}

  static void check(MqueueRule.Type type, String name) {
    Objects.requireNonNull(type, "type");
    if (type == MqueueRule.Type.POSIX) {
      Checks.path(name, "a POSIX queue's name");
      return;
    }
    try {
      Integer.parseUnsignedInt(name);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "a System V queue's key is a number of 32 bits, not '" + name + "'", e);
    }
  }

  static Access read(AccessReader in) {
    MqueuePermission permission = in.known("a permission", MqueuePermission::named);
    MqueueRule.Type type = in.known("a type of queue: posix or sysv", MqueueRule.Type::named);
    String name = in.word("a queue's name");
    return new Access.Mqueue(permission, type, name, in.more() ? in.word("a label") : "");
  }

  static String words(Access.Mqueue access) {
    return "mqueue "
        + access.permission()
        + " "
        + access.type()
        + " "
        + AccessReader.quoted(access.name())
        + (access.label().isEmpty() ? "" : " " + AccessReader.quoted(access.label()));
  }

  static Question question(Access.Mqueue access) {
    Question.Fields fields;
    if (access.type() == MqueueRule.Type.POSIX) {
      fields = Question.in(PolicyClass.POSIX_MQUEUE).text(access.name());
    } else {
      int key = Integer.parseUnsignedInt(access.name());
      fields = Question.in(PolicyClass.SYSV_MQUEUE).two(key >>> 16).two(key);
    }
    // A queue that is being created has no label yet.
    if (access.permission() != MqueuePermission.CREATE) {
      fields.code(0).text(access.label());
    }
    return fields.wanting(access.permission().bit());
  }
}
