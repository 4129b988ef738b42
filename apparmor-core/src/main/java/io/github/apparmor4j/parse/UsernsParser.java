package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.UsernsRule;

/** Reads {@code userns} rules. */
final class UsernsParser {

  private UsernsParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    in.acceptKeyword("create");
    return in.built(() -> new UsernsRule(qualifiers));
  }
}
