package io.github.apparmor4j.profile;

import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * {@code capability net_admin sys_ptrace,}: the use of capabilities.
 *
 * @param qualifiers the qualifiers before the rule
 * @param capabilities sorted, without repeats; empty for all
 */
public record CapabilityRule(Qualifiers qualifiers, List<Capability> capabilities) implements Rule {

  /** Sorts the capabilities. */
  public CapabilityRule {
    qualifiers.withoutOwnership("capability");
    capabilities = Words.sortedSet(capabilities);
  }

  /** Returns a rule without qualifiers; without arguments it is about all capabilities. */
  public static CapabilityRule of(Capability... capabilities) {
    return of(List.of(capabilities));
  }

  /** Returns a rule without qualifiers; for an empty collection it is about all capabilities. */
  public static CapabilityRule of(Collection<Capability> capabilities) {
    return new CapabilityRule(Qualifiers.NONE, List.copyOf(capabilities));
  }

  @Override
  public CapabilityRule withQualifiers(Qualifiers newQualifiers) {
    return new CapabilityRule(newQualifiers, capabilities);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.CAPABILITY;
  }

  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public List<Part> parts() {
    return List.of(SetPart.orAll(capabilities));
  }

  @Override
  public CapabilityRule withPatterns(UnaryOperator<String> change) {
    return this;
  }

  @Override
  public String toString() {
    return qualifiers
        + "capability"
        + (capabilities.isEmpty() ? "" : " " + Words.joined(capabilities))
        + ",";
  }
}
