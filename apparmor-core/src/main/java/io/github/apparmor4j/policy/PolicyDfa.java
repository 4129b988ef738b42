package io.github.apparmor4j.policy;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.PackedDfa;
import java.util.Arrays;

/**
 * A DFA as the kernel walks it: packed tables and two words of permissions for each state. State 0
 * is the trap, state 1 the start. Treat the arrays as read-only.
 *
 * @param tables the transitions
 * @param accept permissions of each state (the kernel's ACCEPT table)
 * @param accept2 what is logged or not of each state (ACCEPT2)
 */
public record PolicyDfa(PackedDfa tables, int[] accept, int[] accept2) {

  /** Rejects tables of different lengths. */
  public PolicyDfa {
    if (accept.length != tables.size() || accept2.length != tables.size()) {
      throw new IllegalArgumentException(
          accept.length + " and " + accept2.length + " words for " + tables.size() + " states");
    }
  }

  /** Returns the number of states. */
  public int size() {
    return accept.length;
  }

  /** Returns the state that bytes lead to from a state. */
  public int walk(int state, byte... bytes) {
    int at = state;
    for (byte value : bytes) {
      at = tables.step(at, value & 0xFF);
    }
    return at;
  }

  /** Returns the state that bytes lead to from the start. */
  public int walk(byte... bytes) {
    return walk(Dfa.START, bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PolicyDfa that
        && tables.equals(that.tables)
        && Arrays.equals(accept, that.accept)
        && Arrays.equals(accept2, that.accept2);
  }

  @Override
  public int hashCode() {
    return tables.hashCode() * 31 + Arrays.hashCode(accept);
  }

  @Override
  public String toString() {
    return "PolicyDfa[states=" + size() + "]";
  }
}
