package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.vocabulary.PolicyClass;

/** Tracing: {@code ptrace read label}. */
final class PtraceAccess {

  private PtraceAccess() {}

  static Access read(AccessReader in) {
    return new Access.Ptrace(
        in.known("a permission", PtracePermission::named), in.word("the other task's label"));
  }

  static String words(Access.Ptrace access) {
    return "ptrace " + access.permission() + " " + AccessReader.quoted(access.peer());
  }

  static Question question(Access.Ptrace access) {
    return Question.in(PolicyClass.PTRACE).text(access.peer()).wanting(access.permission().bit());
  }
}
