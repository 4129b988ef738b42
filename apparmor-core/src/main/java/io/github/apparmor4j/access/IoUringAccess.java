package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.vocabulary.PolicyClass;
import org.jspecify.annotations.Nullable;

/** {@code io_uring sqpoll}, {@code io_uring override_creds label}. */
final class IoUringAccess {

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
}
