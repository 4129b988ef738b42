package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * {@code userns,}: making user namespaces. ({@code userns create,} is the same.)
 *
 * @param qualifiers the qualifiers before the rule
 */
public record UsernsRule(Qualifiers qualifiers) implements Rule {

  /** Checks the qualifiers. */
  public UsernsRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("userns");
  }

  /** Returns {@code userns,}. */
  public static UsernsRule of() {
    return new UsernsRule(Qualifiers.NONE);
  }

  @Override
  public UsernsRule withQualifiers(Qualifiers newQualifiers) {
    return new UsernsRule(newQualifiers);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.USERNS;
  }

  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public List<Part> parts() {
    return List.of();
  }

  @Override
  public UsernsRule withPatterns(UnaryOperator<String> change) {
    return this;
  }

  @Override
  public String toString() {
    return qualifiers + "userns,";
  }
}
