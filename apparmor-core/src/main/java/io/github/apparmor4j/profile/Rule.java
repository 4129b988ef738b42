package io.github.apparmor4j.profile;

import java.util.List;

/**
 * A rule of a profile: one record for each kind. {@code toString()} is its text, with the comma.
 */
public sealed interface Rule extends ProfileElement
    permits AllRule,
        CapabilityRule,
        ChangeProfileRule,
        DbusRule,
        FileRule,
        IoUringRule,
        LinkRule,
        MountRule,
        MqueueRule,
        NetworkRule,
        PivotRootRule,
        PtraceRule,
        RlimitRule,
        SignalRule,
        UnixRule,
        UnrecognizedRule,
        UsernsRule {

  /** Returns what stands before the rule: priority, audit, deny, owner. */
  Qualifiers qualifiers();

  /**
   * Returns this rule with other qualifiers.
   *
   * @throws IllegalArgumentException if this kind of rule does not take them
   */
  Rule withQualifiers(Qualifiers qualifiers);

  /**
   * Returns the rule's patterns and names, as written: the texts in which variables are expanded.
   */
  List<String> patterns();
}
