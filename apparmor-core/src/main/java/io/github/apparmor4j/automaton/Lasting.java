package io.github.apparmor4j.automaton;

import java.util.Arrays;

/**
 * Numbered sets of lasting NFA states. A state lasts if it is its own successor, as the state of a
 * star is. The successors of a star are active whenever the star is, so a set of NFA states is
 * described by its lasting members and the few others that these don't imply.
 *
 * <p>Where many rules have stars, there are few such sets, and many DFA states share the same one
 * and what is computed for it.
 */
final class Lasting {

  /** The empty set. */
  static final int NONE = 0;

  private final Nfa nfa;
  private final IntSets sets = new IntSets();
  private final IntSets growing = new IntSets();

  /** For each set, its members and all their successors, ascending. */
  private int[][] covered = new int[64][];

  /** The same as hash tables with open addressing; an entry is the NFA state plus one. */
  private int[][] tables = new int[64][];

  private long total;

  Lasting(Nfa nfa) {
    this.nfa = nfa;
    sets.reserve(nfa.size());
    growing.reserve(nfa.size());
    sets.clear();
    intern();
  }

  /** Returns the number of sets. */
  int count() {
    return sets.count();
  }

  /** Returns an estimate of the bytes that the sets take. */
  long bytes() {
    return (sets.total() + total) * Integer.BYTES;
  }

  /**
   * Returns the union of a set and the lasting ones of some NFA states, whose successors are among
   * these states too.
   */
  int with(int set, IntSets states) {
    for (int i = 0; i < states.size(); i++) {
      if (nfa.lasts(states.element(i)) && !covers(set, states.element(i))) {
        return union(set, states);
      }
    }
    return set;
  }

  private int union(int set, IntSets states) {
    sets.clear();
    sets.addAll(sets, set);
    for (int i = 0; i < states.size(); i++) {
      if (nfa.lasts(states.element(i))) {
        sets.add(states.element(i));
      }
    }
    return intern();
  }

  private int intern() {
    int set = sets.intern();
    if (set == covered.length) {
      covered = Arrays.copyOf(covered, set * 2);
      tables = Arrays.copyOf(tables, set * 2);
    }
    if (covered[set] == null) {
      growing.clear();
      for (int star : sets.get(set)) {
        nfa.addBehind(star, growing);
      }
      covered[set] = growing.toArray();
      Arrays.sort(covered[set]);
      tables[set] = table(covered[set]);
      total += covered[set].length + tables[set].length;
    }
    return set;
  }

  private static int[] table(int... members) {
    int[] table = new int[Integer.highestOneBit(members.length + 1) * 4];
    for (int member : members) {
      int slot = slot(member, table.length);
      while (table[slot] != 0) {
        slot = (slot + 1) & (table.length - 1);
      }
      table[slot] = member + 1;
    }
    return table;
  }

  private static int slot(int member, int length) {
    int hash = member * 0x9E3779B1;
    return (hash ^ hash >>> 16) & (length - 1);
  }

  /** Returns whether an NFA state is active whenever a set is. */
  boolean covers(int set, int state) {
    int[] table = tables[set];
    int slot = slot(state, table.length);
    while (table[slot] != 0) {
      if (table[slot] == state + 1) {
        return true;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    return false;
  }

  /**
   * Returns the NFA states that are active whenever a set is, ascending. The array must not be
   * changed.
   */
  int[] covered(int set) {
    return covered[set];
  }
}
