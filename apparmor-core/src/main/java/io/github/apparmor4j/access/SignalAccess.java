package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.vocabulary.PolicyClass;

/** Signals: {@code signal send term label}. */
final class SignalAccess {

  private SignalAccess() {}

  static Access read(AccessReader in) {
    return new Access.Signal(
        in.known("a permission", SignalPermission::named),
        in.known("a signal", Signal::named),
        in.word("the other task's label"));
  }

  static String words(Access.Signal access) {
    return "signal "
        + access.permission()
        + " "
        + access.signal()
        + " "
        + AccessReader.quoted(access.peer());
  }

  static Question question(Access.Signal access) {
    return Question.in(PolicyClass.SIGNAL)
        .code(access.signal().code())
        .text(access.peer())
        .wanting(access.permission().bit());
  }
}
