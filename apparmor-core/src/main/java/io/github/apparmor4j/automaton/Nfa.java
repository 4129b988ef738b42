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
 * A nondeterministic automaton without empty moves, built from the end of each expression to its
 * beginning, so that equal tails become the same states: a state is a byte set and the set of
 * states behind it, and equal states are one. Rules with common endings (and AppArmor's have many)
 * share them before any subset construction; common beginnings meet in it.
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

  /** For each state, the number of the set of states behind it. */
  int[] next = new int[256];

  final IntSets sets = new IntSets();
  final int start;
  private int size;

  private final Map<ByteSet, Integer> numberOfBytes = new HashMap<>();
  private final int[] numberOfSingle = new int[ByteSet.MARK + 1];

  /** For each state, one more than the number of the set that holds nothing else; or 0. */
  private int[] alone = new int[256];

  /** States by what they are: open addressing; one more than the state. */
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

  /** Returns the set of states in which an expression begins that goes on in a set of states. */
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

  /** Returns the states that an expression goes through, not those that accept. */
  Set<Integer> states(Regex.Labelled expression) {
    Set<Integer> found = new HashSet<>();
    ArrayDeque<Integer> open = new ArrayDeque<>();
    // Building it again gives the states that are there.
    for (int state : sets.get(build(expression.regex(), single(expression.label())))) {
      open.add(state);
    }
    while (!open.isEmpty()) {
      int state = open.remove();
      if (state >= labels && found.add(state)) {
        for (int behind : sets.get(next[state])) {
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
      alone = Arrays.copyOf(alone, size * 2);
      sets.reserve(size * 2);
    }
    bytesOf[size] = set;
    next[size] = behind;
    return size++;
  }

  /** What a state that loops is known by is the set that it leaves for; what follows has itself. */
  private int[] exitOf = new int[64];

  private int state(int set, int behind, boolean loop) {
    int mask = table.length - 1;
    int slot = hash(set, behind, loop) & mask;
    while (table[slot] != 0) {
      int state = table[slot] - 1;
      if (bytesOf[state] == set && exit(state) == (loop ? behind : -1)) {
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
        exitOf = Arrays.copyOf(exitOf, Math.max(state + 1, exitOf.length * 2));
      }
      exitOf[state] = behind + 1;
      next[state] = with(behind, state);
    }
    if (size * 2 > table.length) {
      grow();
    }
    return state;
  }

  private int exit(int state) {
    return state < exitOf.length ? exitOf[state] - 1 : -1;
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
      int slot = hash(bytesOf[state], exit < 0 ? next[state] : exit, exit >= 0) & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = state + 1;
    }
  }

  private int single(int state) {
    if (alone[state] == 0) {
      sets.clear();
      sets.add(state);
      alone[state] = sets.intern() + 1;
    }
    return alone[state] - 1;
  }

  private int with(int set, int state) {
    sets.clear();
    sets.addAll(sets.get(set));
    sets.add(state);
    return sets.intern();
  }

  private int union(int[] all, int count) {
    sets.clear();
    for (int i = 0; i < count; i++) {
      sets.addAll(sets.get(all[i]));
    }
    return sets.intern();
  }

  boolean matches(byte[] string) {
    int current = start;
    for (byte value : string) {
      int[] members = sets.get(current);
      sets.clear();
      for (int state : members) {
        if (state >= labels && bytes.get(bytesOf[state]).contains(value & 0xFF)) {
          sets.addAll(sets.get(next[state]));
        }
      }
      current = sets.intern();
    }
    for (int state : sets.get(current)) {
      if (state < labels) {
        return true;
      }
    }
    return false;
  }
}
