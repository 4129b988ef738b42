package io.github.apparmor4j.profile;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a profile: one record for each kind. Immutable and thread-safe. {@code toString()} is
 * its text, with the comma.
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

  /** Returns the kind, by which every part of this library finds its code for the rule. */
  RuleKind kind();

  /** Returns the qualifiers before the rule: priority, audit, action, owner. */
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
   * @throws IllegalArgumentException if a changed one is not valid in the rule
   */
  Rule withPatterns(UnaryOperator<String> change);

  /**
   * Returns what the rule is about apart from its qualifiers, as parts in a fixed order. The parts
   * of two rules of one kind correspond, so that one rule can be seen to cover another.
   */
  List<Part> parts();

  /** A part of what a rule is about; without a value it covers everything. */
  sealed interface Part {}

  /**
   * A part about paths.
   *
   * @param pattern a pattern in which a star stops before a slash; {@code null} for every path
   */
  record PathPart(@Nullable String pattern) implements Part {}

  /**
   * A part about names or labels.
   *
   * @param pattern a pattern in which a slash is like any other character; {@code null} for every
   *     name
   */
  record NamePart(@Nullable String pattern) implements Part {}

  /**
   * A part about some things of a kind, such as permissions or address families.
   *
   * @param values the things, or {@code null} for all of them
   */
  record SetPart(@Nullable Set<?> values) implements Part {
    /** Copies the set. */
    public SetPart {
      values = values == null ? null : Set.copyOf(values);
    }

    /** Returns the part for a collection; an empty one stands for everything. */
    static SetPart orAll(Collection<?> values) {
      return new SetPart(values.isEmpty() ? null : Set.copyOf(values));
    }

    /** Returns the part for a value; {@code null} stands for every value. */
    static SetPart orAny(@Nullable Object value) {
      return new SetPart(value == null ? null : Set.of(value));
    }
  }

  /**
   * A part about the manner in which a permission is given, such as how to execute. A rule that
   * takes the permission away doesn't say it.
   *
   * @param values the details of the manner
   */
  record MannerPart(Set<?> values) implements Part {
    /** Copies the set. */
    public MannerPart {
      values = Set.copyOf(values);
    }
  }
}
