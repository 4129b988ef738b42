package io.github.apparmor4j.access;

import io.github.apparmor4j.vocabulary.MountFlags;
import io.github.apparmor4j.vocabulary.PolicyClass;

/** {@code pivot_root /new/ /new/old/}. */
final class PivotRootAccess {

  private PivotRootAccess() {}

  static Access read(AccessReader in) {
    return new Access.PivotRoot(in.word("the new root"), in.word("where the old root goes"));
  }

  static String words(Access.PivotRoot access) {
    return "pivot_root "
        + AccessReader.quoted(access.newRoot())
        + " "
        + AccessReader.quoted(access.oldRoot());
  }

  static Question question(Access.PivotRoot access) {
    return Question.in(PolicyClass.MOUNT)
        .text(access.newRoot())
        .code(0)
        .text(access.oldRoot())
        .wanting(MountFlags.PIVOT_ROOT_PERMISSION);
  }
}
