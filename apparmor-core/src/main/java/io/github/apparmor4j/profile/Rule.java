package io.github.apparmor4j.profile;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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

  /** Returns the kind, by which every part of this library finds what it knows of the rule. */
  RuleKind kind();

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

  /**
   * Returns this rule with each of its {@link #patterns} changed.
   *
   * @throws IllegalArgumentException if a rule can't have the changed ones
   */
  Rule withPatterns(UnaryOperator<String> change);

  /**
   * Returns what the rule is about beside its qualifiers, part by part and in a fixed order: of two
   * rules of one kind the parts correspond, so that one can be told to be about as much as another.
   */
  List<Part> parts();

  /** Something that a rule is about; without a value it is about everything. */
  sealed interface Part {}

  /**
   * Paths.
   *
   * @param pattern in which a star stops before a slash; {@code null} for every path
   */
  record PathPart(@Nullable String pattern) implements Part {}

  /**
   * Names and labels.
   *
   * @param pattern in which slashes are like any character; {@code null} for every name
   */
  record NamePart(@Nullable String pattern) implements Part {}

  /**
   * One of several things: permissions, families.
   *
   * @param values or {@code null} for all that there are
   */
  record SetPart(@Nullable Set<?> values) implements Part {
    /** Copies the set. */
    public SetPart {
      values = values == null ? null : Set.copyOf(values);
    }

    /** Makes the part of a list in which nothing stands for everything. */
    static SetPart orAll(Collection<?> values) {
      return new SetPart(values.isEmpty() ? null : Set.copyOf(values));
    }

    /** Makes the part of a value of which {@code null} stands for every one. */
    static SetPart orAny(@Nullable Object value) {
      return new SetPart(value == null ? null : Set.of(value));
    }
  }

  /**
   * How a permission is given, which a rule that takes it away doesn't say.
   *
   * @param values what is said of it
   */
  record MannerPart(Set<?> values) implements Part {
    /** Copies the set. */
    public MannerPart {
      values = Set.copyOf(values);
    }
  }
}
