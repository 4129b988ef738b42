package io.github.apparmor4j.automaton;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A complete deterministic automaton over bytes. State 0 is the trap: its label is 0, and every
 * symbol leads back to it. State 1 is the start. Immutable and thread-safe.
 *
 * <p>Bytes that lead to the same state from every state form a class.
 */
public final class Dfa implements Steps {

  /** The trap: the state that nothing leads out of. */
  public static final int TRAP = 0;

  /** The start: the state in which reading begins. */
  public static final int START = 1;

  private final int[] labels;
  private final int[] classOf;
  private final Rows rows;

  /**
   * Keeps the parts without copying them.
   *
   * @param labels the label of each state; 0 for the trap
   * @param classOf the class of each symbol; classes are numbered in the order of their least
   *     symbols
   * @param rows the row of each state
   */
  Dfa(int[] labels, int[] classOf, Rows rows) {
    this.labels = labels;
    this.classOf = classOf;
    this.rows = rows;
  }

  /** Returns an automaton that matches no string. */
  static Dfa empty() {
    Rows rows = new Rows(1);
    rows.end(TRAP);
    rows.end(TRAP);
    return new Dfa(new int[2], new int[ByteSet.MARK + 1], rows);
  }

  /** Returns the number of states, including the trap; at least 2. */
  @Override
  public int size() {
    return labels.length;
  }

  /** Returns a state's label: 0 if nothing matches, otherwise a number without a meaning here. */
  public int label(int state) {
    return labels[state];
  }

  @Override
  public int step(int state, int value) {
    return rows.target(state, classOf[value]);
  }

  /** Returns whether the label of every state is 0, whether a string leads to it or not. */
  public boolean isEmpty() {
    return Arrays.stream(labels).allMatch(label -> label == 0);
  }

  /** Returns this automaton with other labels, which are not copied; that of the trap is 0. */
  Dfa relabelled(int... other) {
    return new Dfa(other, classOf, rows);
  }

  /** Returns the state that a string leads to from the start. */
  public int run(byte... string) {
    int state = START;
    for (byte value : string) {
      state = step(state, value & 0xFF);
    }
    return state;
  }

  int classOf(int value) {
    return classOf[value];
  }

  Rows rows() {
    return rows;
  }

  /** Returns the number of bytes in each class; the mark doesn't count. */
  int[] byteCounts() {
    int[] counts = new int[rows.classes()];
    for (int value = 0; value < ByteSet.MARK; value++) {
      counts[classOf[value]]++;
    }
    return counts;
  }

  /**
   * Returns an equivalent automaton with the fewest states; the trap and the start are always
   * there. States are numbered in the order in which a breadth-first search by ascending bytes
   * meets them, so equal languages give equal automata, except for the classes.
   *
   * <p>Complexity: O(m log n) for n states and m transitions that don't lead to the trap.
   *
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  public Dfa minimize() {
    return Minimizer.minimize(this);
  }

  /**
   * Returns a shortest string of bytes that the two automata label differently, or {@code null} if
   * there is none.
   *
   * <p>Complexity: at worst the product of the sizes; their sum for equal languages.
   */
  public static byte @Nullable [] difference(Dfa left, Dfa right) {
    Map<Long, Long> cameFrom = new HashMap<>();
    Map<Long, Integer> by = new HashMap<>();
    ArrayDeque<Long> queue = new ArrayDeque<>();
    long start = pair(START, START);
    cameFrom.put(start, start);
    queue.add(start);
    while (!queue.isEmpty()) {
      long at = queue.remove();
      int l = (int) (at >>> 32);
      int r = (int) at;
      if (left.label(l) != right.label(r)) {
        List<Byte> path = new ArrayList<>();
        for (long back = at; back != start; ) {
          path.add(by.getOrDefault(back, 0).byteValue());
          back = cameFrom.getOrDefault(back, start);
        }
        Collections.reverse(path);
        byte[] witness = new byte[path.size()];
        for (int i = 0; i < witness.length; i++) {
          witness[i] = path.get(i);
        }
        return witness;
      }
      for (int value = 0; value < 256; value++) {
        long to = pair(left.step(l, value), right.step(r, value));
        if (!cameFrom.containsKey(to)) {
          cameFrom.put(to, at);
          by.put(to, value);
          queue.add(to);
        }
      }
    }
    return null;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  /**
   * Returns a shortest string of bytes that leads from the start to a state, or {@code null} if
   * none does.
   */
  public byte @Nullable [] witness(int state) {
    int[] from = new int[size()];
    byte[] by = new byte[size()];
    Arrays.fill(from, -1);
    from[START] = START;
    int[] queue = new int[size()];
    int tail = 0;
    queue[tail++] = START;
    for (int head = 0; head < tail && from[state] < 0; head++) {
      for (int value = 0; value < 256; value++) {
        int to = step(queue[head], value);
        if (from[to] < 0) {
          from[to] = queue[head];
          by[to] = (byte) value;
          queue[tail++] = to;
        }
      }
    }
    if (from[state] < 0) {
      return null;
    }
    int length = 0;
    for (int s = state; s != START; s = from[s]) {
      length++;
    }
    byte[] path = new byte[length];
    for (int s = state; s != START; s = from[s]) {
      path[--length] = by[s];
    }
    return path;
  }
}
