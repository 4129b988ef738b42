package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code pivot_root oldroot=/old/ /new/ -> profile,}: a change of the root file system.
 *
 * @param qualifiers the qualifiers before the rule
 * @param oldRoot pattern of where the old root goes, or {@code null} for anywhere
 * @param newRoot pattern of the new root, or {@code null} for any
 * @param transition a profile, which the language allows here but kernels ignore, or {@code null}
 */
public record PivotRootRule(
    Qualifiers qualifiers,
    @Nullable String oldRoot,
    @Nullable String newRoot,
    @Nullable String transition)
    implements Rule {

  /** Checks the patterns. */
  public PivotRootRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("pivot_root");
    Words.checkedQuotesOrNull(oldRoot, "oldRoot");
    Words.checkedOrNull(newRoot, "newRoot");
    Words.checkedQuotesOrNull(transition, "transition");
  }

  /** Returns {@code pivot_root newRoot,}, or {@code pivot_root,} for {@code null}. */
  public static PivotRootRule of(@Nullable String newRoot) {
    return new PivotRootRule(Qualifiers.NONE, null, newRoot, null);
  }

  @Override
  public PivotRootRule withQualifiers(Qualifiers newQualifiers) {
    return new PivotRootRule(newQualifiers, oldRoot, newRoot, transition);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.PIVOT_ROOT;
  }

  @Override
  public List<String> patterns() {
    return Words.present(oldRoot, newRoot, transition);
  }

  @Override
  public List<Part> parts() {
    return List.of(new PathPart(newRoot), new PathPart(oldRoot));
  }

  @Override
  public PivotRootRule withPatterns(UnaryOperator<String> change) {
    return new PivotRootRule(
        qualifiers,
        Words.changed(oldRoot, change),
        Words.changed(newRoot, change),
        Words.changed(transition, change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "pivot_root"
        + (oldRoot == null ? "" : " oldroot=" + Words.value(oldRoot))
        + (newRoot == null ? "" : " " + Words.path(newRoot))
        + Words.optional(" -> ", transition)
        + ",";
  }
}
