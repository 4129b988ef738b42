package io.github.apparmor4j.automaton;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A nondeterministic automaton without empty transitions. It is built from the end of each
 * expression to its beginning, so that equal tails become the same states: a state is a byte set
 * and the set of its successors, and equal states are one. Rules with common endings, of which
 * AppArmor has many, share them before the subset construction; common beginnings are merged by it.
 *
 * <p>The idea is Antimirov's partial derivatives read backwards (V. Antimirov, "Partial derivatives
 * of regular expressions and finite automaton constructions", 1996), with hash consing.
 */
final class Nfa {

  /** The byte sets that occur. */
  final List<ByteSet> bytes = new ArrayList<>();

  /** The accepting states are the first ones; each one's number is its label. */
  final int labels;

  /** For each state, the number of its byte set. */
  int[] bytesOf = new int[256];

  /** For each state, the number of the set of its successors. */
  private int[] next = new int[256];

  /**
   * The sets of states, by number. Most sets have one member and are not kept here: their number is
   * the complement of the member's.
   */
  private final IntSets sets = new IntSets();

  private final int start;
  private int size;

  private final Map<ByteSet, Integer> numberOfBytes = new HashMap<>();
  private final int[] numberOfSingle = new int[ByteSet.MARK + 1];

  /** Finds equal states: a hash table with open addressing; an entry is the state plus one. */
  private int[] table = new int[1024];

  Nfa(List<Regex.Labelled> expressions) {
    int most = -1;
    for (Regex.Labelled expression : expressions) {
      most = Math.max(most, expression.label());
    }
    labels = most + 1;
    int none = number(ByteSet.NONE);
    for (int label = 0; label < labels; label++) {
      state(none, -1);
    }
    int[] starts = new int[expressions.size()];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = build(expressions.get(i).regex(), single(expressions.get(i).label()));
    }
    start = union(starts, starts.length);
  }

  /** Returns the number of states. */
  int size() {
    return size;
  }

  /**
   * Returns the set of states in which an expression begins.
   *
   * @param behind set of states that follow the expression
   */
  private int build(Regex regex, int behind) {
    if (regex instanceof Regex.Bytes one) {
      return single(state(number(one.set()), behind, false));
    }
    if (regex instanceof Regex.Star star) {
      int loop = state(number(star.set()), behind, true);
      return with(behind, loop);
    }
    if (regex instanceof Regex.Sequence sequence) {
      int set = behind;
      for (int i = sequence.parts().size() - 1; i >= 0; i--) {
        set = build(sequence.parts().get(i), set);
      }
      return set;
    }
    if (regex instanceof Regex.Choice choice) {
      int[] all = new int[choice.choices().size()];
      for (int i = 0; i < all.length; i++) {
        all[i] = build(choice.choices().get(i), behind);
      }
      return union(all, all.length);
    }
    throw new AssertionError(regex);
  }

  /** Returns the states that an expression passes through, without accepting ones. */
  Set<Integer> states(Regex.Labelled expression) {
    Set<Integer> found = new HashSet<>();
    ArrayDeque<Integer> open = new ArrayDeque<>();
    // Building the expression again returns the existing states.
    for (int state : members(build(expression.regex(), single(expression.label())))) {
      open.add(state);
    }
    while (!open.isEmpty()) {
      int state = open.remove();
      if (state >= labels && found.add(state)) {
        for (int behind : members(next[state])) {
          open.add(behind);
        }
      }
    }
    return found;
  }

  private int number(ByteSet set) {
    if (set.size() == 1) {
      int only = set.first();
      if (numberOfSingle[only] == 0) {
        numberOfSingle[only] = bytes.size() + 1;
        bytes.add(set);
      }
      return numberOfSingle[only] - 1;
    }
    return numberOfBytes.computeIfAbsent(
        set,
        s -> {
          bytes.add(s);
          return bytes.size() - 1;
        });
  }

  private int state(int set, int behind) {
    if (size == next.length) {
      next = Arrays.copyOf(next, size * 2);
      bytesOf = Arrays.copyOf(bytesOf, size * 2);
      sets.reserve(size * 2);
    }
    bytesOf[size] = set;
    next[size] = behind;
    return size++;
  }

  /**
   * For each looping state, the set that follows the loop; its successors contain the state itself,
   * so they can't identify it.
   */
  private int[] exitOf = new int[0];

  private static final int NO_EXIT = Integer.MIN_VALUE;

  private int state(int set, int behind, boolean loop) {
    int mask = table.length - 1;
    int slot = hash(set, behind, loop) & mask;
    while (table[slot] != 0) {
      int state = table[slot] - 1;
      if (bytesOf[state] == set && exit(state) == (loop ? behind : NO_EXIT)) {
        if (loop || next[state] == behind) {
          return state;
        }
      }
      slot = (slot + 1) & mask;
    }
    int state = state(set, behind);
    table[slot] = state + 1;
    if (loop) {
      if (state >= exitOf.length) {
        int known = exitOf.length;
        exitOf = Arrays.copyOf(exitOf, Math.max(state + 1, known * 2));
        Arrays.fill(exitOf, known, exitOf.length, NO_EXIT);
      }
      exitOf[state] = behind;
      next[state] = with(behind, state);
    }
    if (size * 2 > table.length) {
      grow();
    }
    return state;
  }

  /** Returns whether a state is its own successor, as the state of a star is. */
  boolean lasts(int state) {
    return exit(state) != NO_EXIT;
  }

  private int exit(int state) {
    return state < exitOf.length ? exitOf[state] : NO_EXIT;
  }

  private static int hash(int set, int behind, boolean loop) {
    int hash = (behind * 31 + set) * 2 + (loop ? 1 : 0);
    hash *= 0x9E3779B1;
    return hash ^ hash >>> 15;
  }

  private void grow() {
    table = new int[table.length * 2];
    int mask = table.length - 1;
    for (int state = labels; state < size; state++) {
      int exit = exit(state);
      int slot = hash(bytesOf[state], exit == NO_EXIT ? next[state] : exit, exit != NO_EXIT) & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = state + 1;
    }
  }

  private static int single(int state) {
    return ~state;
  }

  private int with(int set, int state) {
    sets.clear();
    addAll(set);
    sets.add(state);
    return intern();
  }

  private int union(int[] all, int count) {
    sets.clear();
    for (int i = 0; i < count; i++) {
      addAll(all[i]);
    }
    return intern();
  }

  private void addAll(int set) {
    if (set < 0) {
      sets.add(~set);
    } else {
      sets.addAll(sets, set);
    }
  }

  private int intern() {
    return sets.size() == 1 ? single(sets.element(0)) : sets.intern();
  }

  private int[] members(int set) {
    return set < 0 ? new int[] {~set} : sets.get(set);
  }

  /** Returns the states in which the expressions begin. */
  int[] start() {
    return members(start);
  }

  /** Adds the successors of a state that doesn't accept to a set. */
  void addBehind(int state, IntSets to) {
    if (next[state] < 0) {
      to.add(~next[state]);
    } else {
      to.addAll(sets, next[state]);
    }
  }

  boolean matches(byte[] string) {
    int current = start;
    for (byte value : string) {
      int[] members = members(current);
      sets.clear();
      for (int state : members) {
        if (state >= labels && bytes.get(bytesOf[state]).contains(value & 0xFF)) {
          addAll(next[state]);
        }
      }
      current = intern();
    }
    for (int state : members(current)) {
      if (state < labels) {
        return true;
      }
    }
    return false;
  }
}
