package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.vocabulary.AcceptBits;
import org.jspecify.annotations.Nullable;

/**
 * A rule in the kernel's terms: strings, and what it says of them. One rule of a profile may give
 * several.
 *
 * @param table which of a profile's automata it goes into
 * @param regex the strings
 * @param priority of the rule
 * @param action what it does
 * @param permissions bits of the table's accept word ({@link AcceptBits})
 * @param audit those to log when used or, of a denying rule, not to log when refused
 * @param exact whether the strings were given without wildcards
 * @param origin the rule, or {@code null} for one that every profile has
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

  /** A profile's automata. */
  enum Table {
    /** Files; a string is a path. */
    FILE,
    /** Everything else; a string's first byte is the class. */
    POLICY,
    /** Programs that the profile attaches to; a string is a path. */
    ATTACHMENT
  }

  /** Returns whether the rule denies. */
  boolean isDeny() {
    return action == Qualifiers.Action.DENY;
  }

  /**
   * Returns how strongly the rule speaks of a bit; of several rules only the strongest are heard.
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
