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
 * Where the encoder of a kind writes a rule's strings and what it has to say of the rule. A rule's
 * patterns hold no variables any more.
 */
final class RuleOutput {

  /** Anything without a NUL. */
  static final Regex ANY = Regex.star(ByteSet.ALL.minus(ByteSet.of(0)));

  /** Anything without a NUL, but something. */
  static final Regex SOME = Regex.sequence(Regex.of(ByteSet.ALL.minus(ByteSet.of(0))), ANY);

  static final Regex NUL = Regex.of(0);

  final Mediation mediation;
  final SocketArrays sockets;
  private final Encoder encoder;
  private final ResolvedRule origin;

  /**
   * Begins a rule.
   *
   * @param origin the rule, or {@code all} for one that it stands for
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

  // ---- what is said of the rule

  void error(CompileProblem kind, String message) {
    encoder.diagnostics.add(Diagnostic.of(kind, origin.place(), message));
  }

  /** Returns whether a kind of rule is in force; if it isn't, that is said. */
  boolean enforces(String feature) {
    boolean has = mediation.has(feature);
    if (!has) {
      notEnforced(feature);
    }
    return has;
  }

  /** Tells that the rule is left out for want of a feature. */
  void notEnforced(String feature) {
    encoder.notEnforced(origin, feature);
  }

  /** Tells that the kernel gets something else than what is written. */
  void downgraded(String message, String feature) {
    encoder.downgraded(origin, message, feature);
  }

  // ---- patterns

  /** Returns a path pattern; {@code null} is any. */
  Regex path(@Nullable String pattern) {
    return pattern == null ? ANY : aare(pattern).regex();
  }

  /** Reads a path pattern. */
  Aare aare(String pattern) {
    return encoder.aare(pattern);
  }

  /** Returns a pattern in which slashes are like any character; {@code null} is any. */
  static Regex name(@Nullable String pattern) {
    return pattern == null ? ANY : Aare.label(pattern).regex();
  }

  /** Returns a pattern of another task's label; {@code null} is any. */
  static Regex label(@Nullable String pattern) {
    return pattern == null ? SOME : Aare.label(pattern).regex();
  }

  // ---- strings

  /** Adds strings of the policy table. */
  void policy(Qualifiers qualifiers, Regex regex, int permissions) {
    add(EncodedRule.Table.POLICY, qualifiers, regex, permissions, permissions, true);
  }

  /**
   * Adds strings.
   *
   * @param audited the permissions that qualifiers can have logged
   * @param exact whether they were given without wildcards
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
      downgraded("refused without asking", "policy/permstable32");
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

  /**
   * Adds a string that tells the kernel, for a rule of its priority, that the class is in force.
   */
  void marker(Qualifiers qualifiers, Regex regex) {
    encoder.add(EncodedRule.Table.POLICY, regex, qualifiers.priority(), AcceptBits.MARKER, true);
  }
}
