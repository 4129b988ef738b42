package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.List;

/** Capabilities: {@code capability net_admin}. */
final class CapabilityAccess {

  private CapabilityAccess() {}

  static Access read(AccessReader in) {
    return new Access.Capability(in.known("a capability", Capability::named));
  }

  static String words(Access.Capability access) {
    return "capability " + access.capability();
  }

  /** Returns the rules about a capability that decided. */
  static List<ResolvedRule> deciding(
      List<ResolvedRule> rules, Access.Capability access, boolean allowed) {
    return rules.stream()
        .filter(
            rule ->
                rule.rule().qualifiers().isDeny() != allowed
                    && (rule.rule() instanceof AllRule
                        || (rule.rule() instanceof CapabilityRule some
                            && (some.capabilities().isEmpty()
                                || some.capabilities().contains(access.capability())))))
        .toList();
  }
}
