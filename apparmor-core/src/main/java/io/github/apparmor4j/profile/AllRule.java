package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;

/**
 * {@code all,}: one rule of every kind, without conditions.
 *
 * @param qualifiers what stands before; no priority, no owner
 */
public record AllRule(Qualifiers qualifiers) implements Rule {

  /** Checks the qualifiers. */
  public AllRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("all").withoutPriority("all");
  }

  @Override
  public AllRule withQualifiers(Qualifiers newQualifiers) {
    return new AllRule(newQualifiers);
  }

  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public String toString() {
    return qualifiers + "all,";
  }
}
