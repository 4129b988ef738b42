package io.github.apparmor4j.access;

import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;

/** {@code userns create}. */
final class UsernsAccess {

  private UsernsAccess() {}

  static Access read(AccessReader in) {
    in.accept("create");
    return new Access.Userns();
  }

  static String words(Access.Userns access) {
    return "userns create";
  }

  static Question question(Access.Userns access) {
    return Question.in(PolicyClass.USERNS).wanting(AcceptBits.USERNS_CREATE);
  }
}
