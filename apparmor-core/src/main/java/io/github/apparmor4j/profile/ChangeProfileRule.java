package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code change_profile /usr/bin/x -> target,}: a change to another profile, at once or at the next
 * exec.
 *
 * @param qualifiers the qualifiers before the rule
 * @param unsafe whether the exec keeps the environment as it is; needs a program
 * @param program pattern of the executed program, or {@code null} for any
 * @param target pattern of the new profile's label, or {@code null} for any
 */
public record ChangeProfileRule(
    Qualifiers qualifiers, boolean unsafe, @Nullable String program, @Nullable String target)
    implements Rule {

  /** Checks the patterns. */
  public ChangeProfileRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("change_profile");
    if (program != null) {
      Words.checkedPath(program, "program");
    } else if (unsafe) {
      throw new IllegalArgumentException("'safe' and 'unsafe' need a program");
    }
    Words.checkedQuotesOrNull(target, "target");
  }

  /** Returns {@code change_profile -> target,}. */
  public static ChangeProfileRule of(String target) {
    return new ChangeProfileRule(Qualifiers.NONE, false, null, target);
  }

  @Override
  public ChangeProfileRule withQualifiers(Qualifiers newQualifiers) {
    return new ChangeProfileRule(newQualifiers, unsafe, program, target);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.CHANGE_PROFILE;
  }

  @Override
  public List<String> patterns() {
    return Words.present(program, target);
  }

  @Override
  public List<Part> parts() {
    return List.of(new SetPart(Set.of(unsafe)), new NamePart(program), new NamePart(target));
  }

  @Override
  public ChangeProfileRule withPatterns(UnaryOperator<String> change) {
    return new ChangeProfileRule(
        qualifiers, unsafe, Words.changed(program, change), Words.changed(target, change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "change_profile"
        + (unsafe ? " unsafe" : "")
        + Words.optional(" ", program)
        + Words.optional(" -> ", target)
        + ",";
  }
}
