package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.UsernsRule;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;

/** {@code userns create}. */
final class UsernsAccess {

  static final List<Domain> DOMAINS =
      List.of(
          Domain.of(
              RuleKind.USERNS,
              PolicyClass.USERNS,
              List.of(new Domain.Right("create", AcceptBits.USERNS_CREATE, true)),
              Domain.NOTHING,
              (fields, right) -> new Access.Userns()));

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

  static Rule rule() {
    return UsernsRule.of();
  }
}
