package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * {@code all,}: one rule of every kind, without conditions.
 *
 * @param qualifiers the qualifiers before the rule; neither priority nor owner
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
  public RuleKind kind() {
    return RuleKind.ALL;
  }

  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public List<Part> parts() {
    return List.of(new SetPart(Set.of(RuleKind.ALL)));
  }

  @Override
  public AllRule withPatterns(UnaryOperator<String> change) {
    return this;
  }

  @Override
  public String toString() {
    return qualifiers + "all,";
  }
}
