package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code signal (send) set=(term kill) peer=worker,}: the sending and receiving of signals.
 *
 * @param qualifiers the qualifiers before the rule
 * @param permissions sorted, without repeats; empty for all
 * @param signals sorted, without repeats; empty for all
 * @param peer pattern of the other task's label, or {@code null} for every one
 */
public record SignalRule(
    Qualifiers qualifiers,
    List<SignalPermission> permissions,
    List<Signal> signals,
    @Nullable String peer)
    implements Rule {

  /** Checks the peer and sorts the lists. */
  public SignalRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("signal");
    permissions = Words.sortedSet(permissions);
    signals = Words.sortedSet(signals);
    Words.checkedQuotesOrNull(peer, "peer");
  }

  /** Returns a rule without qualifiers about all signals from or to a peer. */
  public static SignalRule of(String peer, SignalPermission... permissions) {
    return new SignalRule(Qualifiers.NONE, List.of(permissions), List.of(), peer);
  }

  @Override
  public SignalRule withQualifiers(Qualifiers newQualifiers) {
    return new SignalRule(newQualifiers, permissions, signals, peer);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.SIGNAL;
  }

  @Override
  public List<String> patterns() {
    return Words.present(peer);
  }

  @Override
  public List<Part> parts() {
    return List.of(SetPart.orAll(permissions), SetPart.orAll(signals), new NamePart(peer));
  }

  @Override
  public SignalRule withPatterns(UnaryOperator<String> change) {
    return new SignalRule(qualifiers, permissions, signals, Words.changed(peer, change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "signal"
        + Words.list(permissions)
        + (signals.isEmpty() ? "" : " set=(" + Words.joined(signals) + ")")
        + (peer == null ? "" : " peer=" + Words.value(peer))
        + ",";
  }
}
