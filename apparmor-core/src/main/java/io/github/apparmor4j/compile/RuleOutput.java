package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.vocabulary.AcceptBits;
import org.jspecify.annotations.Nullable;

/**
 * The output of a rule's encoder: the rule's strings, and errors and warnings about it. The
 * variables in the rule's patterns are already replaced.
 */
final class RuleOutput {

  /** Any bytes without a NUL, or none. */
  static final Regex ANY = Regex.star(ByteSet.ALL.minus(ByteSet.of(0)));

  /** At least one byte, and none of them a NUL. */
  static final Regex SOME = Regex.sequence(Regex.of(ByteSet.ALL.minus(ByteSet.of(0))), ANY);

  static final Regex NUL = Regex.of(0);

  final Mediation mediation;
  final SocketArrays sockets;
  private final Encoder encoder;
  private final ResolvedRule origin;

  /**
   * Begins a rule.
   *
   * @param origin the rule as it is in the profile: {@code all} for each rule that it stands for
   */
  RuleOutput(Encoder encoder, ResolvedRule origin) {
    this.encoder = encoder;
    this.origin = origin;
    this.mediation = encoder.mediation;
    this.sockets = encoder.sockets;
  }

  ResolvedRule origin() {
    return origin;
  }

  Transitions transitions() {
    return encoder.transitions;
  }

  MountPermissions mounts() {
    return encoder.mounts;
  }

  // ---- errors and warnings

  void error(CompileProblem kind, String message) {
    encoder.diagnostics.add(Diagnostic.of(kind, origin.place(), message));
  }

  /** Returns whether a kind of rule is in force, and warns if it isn't. */
  boolean enforces(String feature) {
    boolean has = mediation.has(feature);
    if (!has) {
      notEnforced(feature);
    }
    return has;
  }

  /** Warns that the rule is left out because a feature is missing. */
  void notEnforced(String feature) {
    encoder.notEnforced(origin, feature);
  }

  /** Warns that the kernel gets something other than what is written. */
  void downgraded(String message, String feature) {
    encoder.downgraded(origin, message, feature);
  }

  // ---- patterns

  /** Returns a path pattern; {@code null} matches anything. */
  Regex path(@Nullable String pattern) {
    return pattern == null ? ANY : aare(pattern).regex();
  }

  /** Reads a path pattern. */
  Aare aare(String pattern) {
    return encoder.aare(pattern);
  }

  /**
   * Returns a pattern of a name, where slashes in a row are kept; {@code null} matches anything.
   */
  static Regex name(@Nullable String pattern) {
    return pattern == null ? ANY : Aare.label(pattern).regex();
  }

  /** Returns a pattern of another task's label; {@code null} matches any label. */
  static Regex label(@Nullable String pattern) {
    return pattern == null ? SOME : Aare.label(pattern).regex();
  }

  // ---- strings

  /** Adds strings to the policy table. */
  void policy(Qualifiers qualifiers, Regex regex, int permissions) {
    add(EncodedRule.Table.POLICY, qualifiers, regex, permissions, permissions, true);
  }

  /**
   * Adds strings to a table.
   *
   * @param audited the permissions that {@code audit} applies to
   * @param exact whether the strings were given without wildcards
   */
  void add(
      EncodedRule.Table table,
      Qualifiers qualifiers,
      Regex regex,
      int permissions,
      int audited,
      boolean exact) {
    if (qualifiers.action() == Qualifiers.Action.PROMPT
        && mediation.form() == PolicyDfa.Form.WORDS) {
      downgraded("denied without prompting", "policy/permstable32");
    }
    boolean marked = qualifiers.isDeny() != qualifiers.audit();
    encoder.rules.add(
        new EncodedRule(
            table,
            regex,
            qualifiers.priority(),
            qualifiers.action(),
            permissions,
            marked ? audited : 0,
            exact,
            origin));
  }

  /** Adds a string with the rule's priority that tells the kernel that the class is in force. */
  void marker(Qualifiers qualifiers, Regex regex) {
    encoder.add(EncodedRule.Table.POLICY, regex, qualifiers.priority(), AcceptBits.MARKER, true);
  }
}
