package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;

/** Reads {@code all}. */
final class AllParser {

  private AllParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    return in.built(() -> new AllRule(qualifiers));
  }
}
