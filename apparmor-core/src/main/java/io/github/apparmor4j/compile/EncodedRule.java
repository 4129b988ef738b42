package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.vocabulary.AcceptBits;
import org.jspecify.annotations.Nullable;

/**
 * A rule as the kernel understands it: strings, and permissions for them. One rule of a profile may
 * become several of these.
 *
 * @param table which of a profile's automata the rule goes into
 * @param regex the strings that it matches
 * @param priority the rule's priority
 * @param action whether it allows, denies or prompts
 * @param permissions bits of the table's accept word ({@link AcceptBits})
 * @param audit permissions to log when they are used or, for a denying rule, not to log when they
 *     are refused
 * @param exact whether the strings were given without wildcards
 * @param origin the rule of the profile, or {@code null} for one that every profile has
 */
record EncodedRule(
    Table table,
    Regex regex,
    int priority,
    Qualifiers.Action action,
    int permissions,
    int audit,
    boolean exact,
    @Nullable ResolvedRule origin) {

  /** The automata of a profile. */
  enum Table {
    /** The file table; a string is a path. */
    FILE,
    /** The policy table, for everything else; a string begins with a class byte. */
    POLICY,
    /** The programs that the profile attaches to; a string is a path. */
    ATTACHMENT
  }

  /** Returns whether the rule denies. */
  boolean isDeny() {
    return action == Qualifiers.Action.DENY;
  }

  /**
   * Returns the rule's strength for a permission bit; of several rules only the strongest count.
   */
  int strength(int bit) {
    boolean exec = table == Table.FILE && AcceptBits.execTypeOf(bit) != 0;
    return priority * 4
        + switch (action) {
          case DENY -> 3;
          case ALLOW -> exec && exact ? 2 : 1;
          case PROMPT -> 0;
        };
  }
}
