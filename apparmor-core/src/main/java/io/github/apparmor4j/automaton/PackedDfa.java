package io.github.apparmor4j.automaton;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An automaton as comb-compressed tables, the form that AppArmor's kernel side walks: a state's row
 * of targets is a default and exceptions, and the exceptions of all states are interleaved in one
 * pair of arrays. Immutable as long as nobody writes to the arrays.
 *
 * <p>The exception of state {@code s} for byte {@code c} is {@code next[offset(s) + c]} if {@code
 * check[offset(s) + c] == s}; otherwise the target is {@code fallback[s]}. (A. Aho, R. Sethi, J.
 * Ullman, "Compilers", 1986, section 3.9.) If a state is {@link #RELATIVE}, its row is the row of
 * {@code fallback[s]} with these exceptions. If a state is {@link #MARKED}, its exception for
 * {@link ByteSet#MARK} lies one slot before that for byte 0.
 *
 * @param base for each state the offset of its row in the lower 24 bits, and the bits {@link
 *     #RELATIVE} and {@link #MARKED}
 * @param fallback default target of each state; for a relative state, the state on whose row its
 *     own is based
 * @param next target in each slot
 * @param check state that owns each slot; 0 for a free one
 */
public record PackedDfa(int[] base, int[] fallback, int[] next, int[] check) implements Steps {

  /** Bit in {@link #base}: the row holds only the differences from another row. */
  public static final int RELATIVE = 0x80000000;

  /** Bit in {@link #base}: the mark leads to a state other than the trap. */
  public static final int MARKED = 0x20000000;

  private static final int OFFSET = 0x00FFFFFF;

  /**
   * Packs an automaton. Equal automata give equal tables.
   *
   * <p>Complexity: about linear in the number of exceptions; the search for free slots starts where
   * the last one ended.
   *
   * @param relative whether rows may be stored as differences from other rows
   */
  public static PackedDfa pack(Dfa dfa, boolean relative) {
    return new Packer(dfa).pack(relative);
  }

  /** Returns the number of states. */
  @Override
  public int size() {
    return base.length;
  }

  /** Returns where a state's row begins. */
  public int offset(int state) {
    return base[state] & OFFSET;
  }

  /**
   * Returns the state that a symbol leads to.
   *
   * @param state 0 to {@code size() - 1}
   * @param value 0 to 255, or {@link ByteSet#MARK}
   */
  @Override
  public int step(int state, int value) {
    int at = state;
    int column = value;
    if (value == ByteSet.MARK) {
      if ((base[state] & MARKED) == 0) {
        return Dfa.TRAP;
      }
      column = -1;
    }
    while (true) {
      int word = base[at];
      int slot = (word & OFFSET) + column;
      if (slot >= 0 && check[slot] == at) {
        return next[slot];
      }
      int to = fallback[at];
      if (word >= 0) {
        return to;
      }
      at = to;
    }
  }

  /**
   * Returns the automaton that the tables describe.
   *
   * @param labels the label of each state; 0 for the trap
   * @throws IllegalArgumentException if there is not one label for each state, or the trap's is not
   *     0
   */
  public Dfa unpack(int... labels) {
    if (labels.length != size() || labels[Dfa.TRAP] != 0) {
      throw new IllegalArgumentException(labels.length + " labels for " + size() + " states");
    }
    // Bytes whose columns are equal form a class.
    int[] classOf = new int[ByteSet.MARK + 1];
    Map<IntBuffer, Integer> classes = new HashMap<>();
    List<int[]> columns = new ArrayList<>();
    for (int value = 0; value <= ByteSet.MARK; value++) {
      int[] column = new int[size()];
      for (int s = 1; s < column.length; s++) {
        column[s] = step(s, value);
      }
      Integer known = classes.putIfAbsent(IntBuffer.wrap(column), columns.size());
      classOf[value] = known == null ? columns.size() : known;
      if (known == null) {
        columns.add(column);
      }
    }
    Rows rows = new Rows(columns.size());
    for (int s = 0; s < size(); s++) {
      for (int c = 0; c < columns.size(); c++) {
        rows.put(c, columns.get(c)[s]);
      }
      rows.end(s == Dfa.TRAP ? Dfa.TRAP : fallback[s]);
    }
    return new Dfa(labels.clone(), classOf, rows);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PackedDfa that
        && Arrays.equals(base, that.base)
        && Arrays.equals(fallback, that.fallback)
        && Arrays.equals(next, that.next)
        && Arrays.equals(check, that.check);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(base) * 31 + Arrays.hashCode(next);
  }

  @Override
  public String toString() {
    return "PackedDfa[states=" + base.length + ", slots=" + next.length + "]";
  }
}
