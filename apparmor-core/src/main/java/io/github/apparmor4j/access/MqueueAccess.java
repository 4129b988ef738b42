package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;

/** Message queues: {@code mqueue read posix /queue label}, {@code mqueue write sysv 7 label}. */
final class MqueueAccess {

  private static final Regex KEY =
      Regex.sequence(
          Regex.of(ByteSet.ALL),
          Regex.of(ByteSet.ALL),
          Regex.of(ByteSet.ALL),
          Regex.of(ByteSet.ALL));

  static final List<Domain> DOMAINS =
      List.of(
          posix(Domain.PATH, MqueuePermission.CREATE),
          posix(Regex.sequence(Domain.PATH, Domain.NUL, Domain.TEXT), others()),
          sysv(KEY, MqueuePermission.CREATE),
          sysv(Regex.sequence(KEY, Domain.NUL, Domain.TEXT), others()));

  /** Returns the permissions to use a queue that is there, and has a label. */
  private static MqueuePermission[] others() {
    return EnumSet.complementOf(EnumSet.of(MqueuePermission.CREATE))
        .toArray(MqueuePermission[]::new);
  }

  private static Domain posix(Regex form, MqueuePermission... permissions) {
    return Domain.ofPaths(
        RuleKind.MQUEUE,
        PolicyClass.POSIX_MQUEUE,
        Domain.Right.of(permissions),
        form,
        (fields, right) -> access(right, MqueueRule.Type.POSIX, fields.text(), fields));
  }

  private static Domain sysv(Regex form, MqueuePermission... permissions) {
    return Domain.of(
        RuleKind.MQUEUE,
        PolicyClass.SYSV_MQUEUE,
        Domain.Right.of(permissions),
        form,
        (fields, right) -> {
          String key = Integer.toUnsignedString(fields.two() << 16 | fields.two());
          fields.text(); // nothing, up to the NUL
          return access(right, MqueueRule.Type.SYSV, key, fields);
        });
  }

  private static Access access(
      Domain.Right right, MqueueRule.Type type, String name, Domain.Fields fields) {
    MqueuePermission permission = MqueuePermission.named(right.word()).orElseThrow();
    return new Access.Mqueue(permission, type, name, fields.more() ? fields.text() : "");
  }

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

  static Rule rule(Access.Mqueue access) {
    return new MqueueRule(
        Qualifiers.NONE,
        List.of(access.permission()),
        access.type(),
        access.label().isEmpty() ? null : Aare.quote(access.label()),
        Aare.quote(access.name()));
  }
}
