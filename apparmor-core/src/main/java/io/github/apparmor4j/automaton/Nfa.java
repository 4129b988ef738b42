package io.github.apparmor4j.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A nondeterministic automaton without empty moves, built from the end of each expression to its
 * beginning, so that equal tails become the same states: a state is a byte set and the set of
 * states behind it (or an accepting label), and equal states are one. Rules with common endings
 * (and AppArmor's have many) share them before any subset construction; common beginnings meet in
 * it.
 *
 * <p>The idea is Antimirov's partial derivatives read backwards (V. Antimirov, "Partial derivatives
 * of regular expressions and finite automaton constructions", 1996), with hash consing.
 */
final class Nfa {

  private record Key(ByteSet set, int next, boolean loop) {}

  final List<ByteSet> bytes = new ArrayList<>();

  /** For each state, the number of the set of states behind it; -1-label for accepting states. */
  int[] next = new int[64];

  final IntSets sets = new IntSets();
  final int start;
  private final Map<Key, Integer> states = new HashMap<>();
  private final Map<Integer, Integer> accepting = new HashMap<>();

  Nfa(List<Regex.Labelled> expressions) {
    List<int[]> starts = new ArrayList<>();
    for (Regex.Labelled expression : expressions) {
      int accept =
          accepting.computeIfAbsent(expression.label(), label -> state(ByteSet.NONE, -1 - label));
      starts.add(build(expression.regex(), new int[] {accept}));
    }
    start = sets.intern(union(starts));
  }

  private int state(ByteSet set, int behind) {
    int id = bytes.size();
    bytes.add(set);
    if (id == next.length) {
      next = Arrays.copyOf(next, id * 2);
    }
    next[id] = behind;
    return id;
  }

  /**
   * Returns the states in which an expression begins that goes on in some states. Recursion is as
   * deep as the tree.
   */
  private int[] build(Regex regex, int[] behind) {
    if (regex instanceof Regex.Bytes one) {
      return new int[] {single(one.set(), sets.intern(behind))};
    }
    if (regex instanceof Regex.Star star) {
      int loop = loop(star.set(), behind);
      return insert(behind, loop);
    }
    if (regex instanceof Regex.Sequence sequence) {
      int[] states = behind;
      for (int i = sequence.parts().size() - 1; i >= 0; i--) {
        states = build(sequence.parts().get(i), states);
      }
      return states;
    }
    if (regex instanceof Regex.Choice choice) {
      List<int[]> all = new ArrayList<>(choice.choices().size());
      for (Regex one : choice.choices()) {
        all.add(build(one, behind));
      }
      return union(all);
    }
    throw new AssertionError(regex);
  }

  private int single(ByteSet set, int behind) {
    return states.computeIfAbsent(new Key(set, behind, false), key -> state(set, behind));
  }

  private int loop(ByteSet set, int[] behind) {
    int exit = sets.intern(behind);
    return states.computeIfAbsent(
        new Key(set, exit, true),
        key -> {
          int id = state(set, 0);
          next[id] = sets.intern(insert(behind, id));
          return id;
        });
  }

  private static int[] insert(int[] sorted, int value) {
    int at = Arrays.binarySearch(sorted, value);
    if (at >= 0) {
      return sorted;
    }
    int[] larger = new int[sorted.length + 1];
    int place = -at - 1;
    System.arraycopy(sorted, 0, larger, 0, place);
    larger[place] = value;
    System.arraycopy(sorted, place, larger, place + 1, sorted.length - place);
    return larger;
  }

  private static int[] union(List<int[]> all) {
    int length = 0;
    for (int[] one : all) {
      length += one.length;
    }
    int[] union = new int[length];
    int at = 0;
    for (int[] one : all) {
      System.arraycopy(one, 0, union, at, one.length);
      at += one.length;
    }
    return sortedSet(union, length);
  }

  /** Returns the values in an array's first elements, sorted and without repeats. */
  static int[] sortedSet(int[] values, int length) {
    Arrays.sort(values, 0, length);
    int size = 0;
    for (int i = 0; i < length; i++) {
      if (i == 0 || values[i] != values[i - 1]) {
        values[size++] = values[i];
      }
    }
    return Arrays.copyOf(values, size);
  }

  boolean matches(byte[] string) {
    int[] current = sets.get(start);
    int[] buffer = new int[64];
    for (byte value : string) {
      int count = 0;
      for (int state : current) {
        if (bytes.get(state).contains(value & 0xFF)) {
          int[] behind = sets.get(next[state]);
          if (count + behind.length > buffer.length) {
            buffer = Arrays.copyOf(buffer, (count + behind.length) * 2);
          }
          System.arraycopy(behind, 0, buffer, count, behind.length);
          count += behind.length;
        }
      }
      current = sortedSet(buffer, count);
    }
    for (int state : current) {
      if (next[state] < 0) {
        return true;
      }
    }
    return false;
  }
}
