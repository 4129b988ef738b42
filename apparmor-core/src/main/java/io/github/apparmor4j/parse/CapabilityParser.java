package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code capability} rules. */
final class CapabilityParser {

  private CapabilityParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<Capability> capabilities = new ArrayList<>();
    while (!in.atRuleEnd()) {
      Word word = in.bareWord("a capability", ",");
      capabilities.add(
          RuleScanner.known(
              word, Capability.named(word.text()), "capability", List.of(Capability.values())));
      in.skip();
    }
    return in.built(() -> new CapabilityRule(qualifiers, capabilities));
  }
}
