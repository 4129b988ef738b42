package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A rule of a newer AppArmor, kept as it was written. It can be printed, and the text around it can
 * be edited; checks and the compiler refuse it.
 *
 * @param text from its first word to before its comma; on one line or several
 */
public record UnrecognizedRule(String text) implements Rule {

  /** Rejects a blank text, and blanks at its start or end. */
  public UnrecognizedRule {
    Objects.requireNonNull(text, "text");
    if (text.isBlank() || !text.equals(text.strip())) {
      throw new IllegalArgumentException("text " + text);
    }
  }

  /** Returns {@link Qualifiers#NONE}: the qualifiers before the rule are part of its text. */
  @Override
  public Qualifiers qualifiers() {
    return Qualifiers.NONE;
  }

  @Override
  public UnrecognizedRule withQualifiers(Qualifiers newQualifiers) {
    if (!newQualifiers.equals(Qualifiers.NONE)) {
      throw new IllegalArgumentException("an unrecognized rule takes no qualifiers: " + text);
    }
    return this;
  }

  @Override
  public RuleKind kind() {
    return RuleKind.UNRECOGNIZED;
  }

  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public List<Part> parts() {
    return List.of(new SetPart(Set.of(this)));
  }

  @Override
  public UnrecognizedRule withPatterns(UnaryOperator<String> change) {
    return this;
  }

  @Override
  public String toString() {
    return text + ",";
  }
}
