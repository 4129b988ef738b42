package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.Arrays;
import java.util.List;

/**
 * Several automata read side by side. Only states that some string leads to are made, so a small
 * first part keeps the product of large ones small.
 */
public final class Product {

  private static final int SYMBOLS = ByteSet.MARK + 1;
  private static final int[] EACH_ITS_OWN = new int[SYMBOLS];

  static {
    Arrays.setAll(EACH_ITS_OWN, value -> value);
  }

  /**
   * An automaton and where it begins to read.
   *
   * @param steps the automaton
   * @param start the state in which it begins
   */
  public record Part(Steps steps, int start) {}

  /** Decides what label a state of the product gets. */
  @FunctionalInterface
  public interface Labels {
    /**
     * Returns the label of a state.
     *
     * @param states the state of each part; not to be kept
     * @return the label; 0 if the state counts as not matching
     */
    int label(int[] states);
  }

  private final List<Part> parts;
  private final WorkLimits limits;
  private final long[] weights;
  private final long deadline;

  /** For each state the states of the parts, as digits of one number. */
  private long[] keys = new long[64];

  private int states = 1; // the trap

  /** An open-addressed table from keys to states; 0 is a free slot. */
  private int[] slots = new int[256];

  private Product(List<Part> parts, WorkLimits limits) {
    this.parts = parts;
    this.limits = limits;
    this.deadline = System.nanoTime() + limits.time().toNanos();
    weights = new long[parts.size()];
    long weight = 1;
    try {
      for (int i = 0; i < weights.length; i++) {
        weights[i] = weight;
        weight = Math.multiplyExact(weight, parts.get(i).steps().size());
      }
    } catch (ArithmeticException e) {
      throw new TooComplexException("states", limits.states());
    }
  }

  /**
   * Returns the product of some automata. A string that leads the first into its trap leads the
   * product there, whatever the others do. The product is not minimal.
   *
   * <p>Complexity: at worst the product of the sizes, times the number of symbols.
   *
   * @param parts the automata, at least one
   * @throws TooComplexException if a limit is reached
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  public static Dfa of(List<Part> parts, WorkLimits limits, Labels labels) {
    return new Product(parts, limits).build(labels);
  }

  private Dfa build(Labels labels) {
    int[] at = parts.stream().mapToInt(Part::start).toArray();
    if (at[0] == Dfa.TRAP) {
      return Dfa.empty();
    }
    Rows rows = new Rows(SYMBOLS);
    rows.end(Dfa.TRAP);
    stateOf(at);
    int[] label = new int[64];
    int[] to = new int[at.length];
    int[] last = new int[at.length];
    int[] row = new int[SYMBOLS];
    for (int state = Dfa.START; state < states; state++) {
      if ((state & 0xFF) == 0) {
        check(rows);
      }
      read(keys[state], at);
      if (state >= label.length) {
        label = Arrays.copyOf(label, state * 2);
      }
      label[state] = labels.label(at);
      last[0] = -1;
      for (int value = 0; value < SYMBOLS; value++) {
        for (int i = 0; i < at.length; i++) {
          to[i] = parts.get(i).steps().step(at[i], value);
        }
        // Neighbouring bytes mostly lead to the same state.
        row[value] = value > 0 && Arrays.equals(to, last) ? row[value - 1] : stateOf(to);
        System.arraycopy(to, 0, last, 0, to.length);
      }
      end(row, rows);
    }
    return new Dfa(Arrays.copyOf(label, states), EACH_ITS_OWN, rows);
  }

  private void check(Rows rows) {
    DfaBuilder.checkInterrupt();
    if (System.nanoTime() - deadline > 0) {
      throw new TooComplexException("milliseconds", limits.time().toMillis());
    } else if (rows.exceptions() > limits.transitions()) {
      throw new TooComplexException("transitions", limits.transitions());
    } else if (rows.exceptions() * 40L + states * 100L > limits.bytes()) {
      throw new TooComplexException("bytes of memory", limits.bytes());
    }
  }

  /** Adds a row whose default is the target of most symbols, if one has more than half of them. */
  private static void end(int[] row, Rows rows) {
    int most = row[0];
    int lead = 0;
    for (int target : row) {
      if (lead == 0) {
        most = target;
      }
      lead += target == most ? 1 : -1;
    }
    for (int value = 0; value < row.length; value++) {
      if (row[value] != most) {
        rows.put(value, row[value]);
      }
    }
    rows.end(most);
  }

  private void read(long key, int[] at) {
    long rest = key;
    for (int i = 0; i < at.length; i++) {
      int size = parts.get(i).steps().size();
      at[i] = (int) (rest % size);
      rest /= size;
    }
  }

  private int stateOf(int[] at) {
    if (at[0] == Dfa.TRAP) {
      return Dfa.TRAP;
    }
    long key = 0;
    for (int i = 0; i < at.length; i++) {
      key += at[i] * weights[i];
    }
    int slot = slot(key);
    if (slots[slot] == 0) {
      if (states >= limits.states()) {
        throw new TooComplexException("states", limits.states());
      }
      if (states == keys.length) {
        keys = Arrays.copyOf(keys, states * 2);
      }
      keys[states] = key;
      slots[slot] = states++;
      if (states * 2 > slots.length) {
        grow();
      }
      return states - 1;
    }
    return slots[slot];
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & slots.length - 1;
    while (slots[slot] != 0 && keys[slots[slot]] != key) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }

  private void grow() {
    slots = new int[slots.length * 2];
    for (int state = Dfa.START; state < states; state++) {
      slots[slot(keys[state])] = state;
    }
  }
}
