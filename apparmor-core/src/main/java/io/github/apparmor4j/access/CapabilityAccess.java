package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.automaton.Steps;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.stream.Stream;

/** Capabilities: {@code capability net_admin}. */
final class CapabilityAccess {

  /**
   * Strings of one byte, the number. The kernel has no table of them, but this library asks as if
   * it had.
   */
  static final List<Domain> DOMAINS =
      List.of(
          Domain.of(
              RuleKind.CAPABILITY,
              PolicyClass.NONE,
              List.of(new Domain.Right("", 1, true)),
              numbers(List.of(Capability.values())),
              (fields, right) -> new Access.Capability(numbered(fields.code()))));

  private static Capability numbered(int number) {
    return Stream.of(Capability.values())
        .filter(each -> each.number() == number)
        .findFirst()
        .orElseThrow();
  }

  private static Regex numbers(List<Capability> capabilities) {
    return Regex.choice(capabilities.stream().map(each -> Regex.of(each.number())).toList());
  }

  /** One state for each number, after the trap and the start. */
  enum Numbers implements Steps {
    ALL;

    private static final int FIRST = 2;

    @Override
    public int size() {
      return FIRST + Capability.values().length;
    }

    @Override
    public int step(int state, int value) {
      return state == Dfa.START && value < Capability.values().length ? FIRST + value : Dfa.TRAP;
    }

    static int number(int state) {
      return state - FIRST;
    }
  }

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

  static List<AccessPattern.Part> pattern(AccessReader in) {
    List<Capability> capabilities =
        AccessPattern.values(in, "a capability", List.of(Capability.values()));
    return List.of(AccessPattern.part(DOMAINS.get(0), right -> true, numbers(capabilities)));
  }

  static Rule rule(Access.Capability access) {
    return CapabilityRule.of(access.capability());
  }
}
