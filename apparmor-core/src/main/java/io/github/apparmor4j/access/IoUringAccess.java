package io.github.apparmor4j.access;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code io_uring sqpoll}, {@code io_uring override_creds label}. */
final class IoUringAccess {

  static final List<Domain> DOMAINS =
      List.of(
          Domain.of(
              RuleKind.IO_URING,
              PolicyClass.IO_URING,
              Domain.Right.of(IoUringPermission.SQPOLL),
              Domain.NOTHING,
              (fields, right) -> new Access.IoUring(IoUringPermission.SQPOLL, null)),
          Domain.of(
              RuleKind.IO_URING,
              PolicyClass.IO_URING,
              Domain.Right.of(IoUringPermission.OVERRIDE_CREDS),
              Domain.NAME,
              (fields, right) ->
                  new Access.IoUring(IoUringPermission.OVERRIDE_CREDS, fields.text())));

  private IoUringAccess() {}

  static void check(IoUringPermission permission, @Nullable String label) {
    boolean needed = permission == IoUringPermission.OVERRIDE_CREDS;
    if (needed != (label != null)) {
      throw new IllegalArgumentException(
          "io_uring " + permission + (needed ? " needs a label" : " has no label"));
    }
    if (label != null) {
      Checks.text(label, "label");
    }
  }

  static Access read(AccessReader in) {
    IoUringPermission permission = in.known("a permission", IoUringPermission::named);
    return new Access.IoUring(permission, in.more() ? in.word("a label") : null);
  }

  static String words(Access.IoUring access) {
    return "io_uring "
        + access.permission()
        + (access.label() == null ? "" : " " + AccessReader.quoted(access.label()));
  }

  static Question question(Access.IoUring access) {
    return Question.in(PolicyClass.IO_URING)
        .text(access.label())
        .wanting(access.permission().bit());
  }

  static Rule rule(Access.IoUring access) {
    String label = access.label() == null ? null : Aare.quote(access.label());
    return new IoUringRule(Qualifiers.NONE, List.of(access.permission()), label);
  }
}
