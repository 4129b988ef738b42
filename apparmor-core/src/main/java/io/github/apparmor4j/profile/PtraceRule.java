package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code ptrace (read trace) peer=worker,}: the tracing of tasks.
 *
 * @param qualifiers the qualifiers before the rule
 * @param permissions sorted, without repeats; empty for all
 * @param peer pattern of the other task's label, or {@code null} for every one
 */
public record PtraceRule(
    Qualifiers qualifiers, List<PtracePermission> permissions, @Nullable String peer)
    implements Rule {

  /** Checks the peer and sorts the permissions. */
  public PtraceRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("ptrace");
    permissions = Words.sortedSet(permissions);
    Words.checkedQuotesOrNull(peer, "peer");
  }

  /** Returns a rule without qualifiers; if no permissions are given, it is about all of them. */
  public static PtraceRule of(String peer, PtracePermission... permissions) {
    return new PtraceRule(Qualifiers.NONE, List.of(permissions), peer);
  }

  @Override
  public PtraceRule withQualifiers(Qualifiers newQualifiers) {
    return new PtraceRule(newQualifiers, permissions, peer);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.PTRACE;
  }

  @Override
  public List<String> patterns() {
    return Words.present(peer);
  }

  @Override
  public List<Part> parts() {
    return List.of(SetPart.orAll(permissions), new NamePart(peer));
  }

  @Override
  public PtraceRule withPatterns(UnaryOperator<String> change) {
    return new PtraceRule(qualifiers, permissions, Words.changed(peer, change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "ptrace"
        + Words.list(permissions)
        + (peer == null ? "" : " peer=" + Words.value(peer))
        + ",";
  }
}
