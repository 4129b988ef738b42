package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code io_uring (override_creds) label=worker,}: the use of {@code io_uring}.
 *
 * @param qualifiers the qualifiers before the rule
 * @param permissions sorted, without repeats; empty for all
 * @param label pattern of the label whose credentials are taken, or {@code null} for any
 */
public record IoUringRule(
    Qualifiers qualifiers, List<IoUringPermission> permissions, @Nullable String label)
    implements Rule {

  /** Checks the label and sorts the permissions. */
  public IoUringRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("io_uring");
    permissions = Words.sortedSet(permissions);
    Words.checkedQuotesOrNull(label, "label");
  }

  /** Returns a rule without qualifiers; if no permissions are given, it is about all of them. */
  public static IoUringRule of(IoUringPermission... permissions) {
    return new IoUringRule(Qualifiers.NONE, List.of(permissions), null);
  }

  @Override
  public IoUringRule withQualifiers(Qualifiers newQualifiers) {
    return new IoUringRule(newQualifiers, permissions, label);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.IO_URING;
  }

  /** Returns an empty list: variables in the label of these rules are not expanded. */
  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public List<Part> parts() {
    return List.of(SetPart.orAll(permissions), new NamePart(label));
  }

  @Override
  public IoUringRule withPatterns(UnaryOperator<String> change) {
    return this;
  }

  @Override
  public String toString() {
    return qualifiers
        + "io_uring"
        + Words.list(permissions)
        + Words.condition("label", label)
        + ",";
  }
}
