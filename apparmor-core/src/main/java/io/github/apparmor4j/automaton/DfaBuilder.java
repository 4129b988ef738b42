package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Builder of a deterministic automaton from expressions, by the subset construction over classes of
 * bytes ({@link ByteClasses}). A state is a set of the NFA's states ({@link StateSets}); its
 * transitions are written as a row ({@link RowWriter}).
 */
public final class DfaBuilder {

  /** Decides what label a state gets if several expressions match there. */
  @FunctionalInterface
  public interface Combiner {
    /**
     * Returns the label of a state.
     *
     * @param labels labels of the expressions that match there: at least one, ascending, without
     *     repeats
     * @param state the state, for {@link Dfa#witness}
     * @return the label; 0 if the state counts as not matching
     */
    int combine(int[] labels, int state);
  }

  private static final int NOTHING = 0;
  private static final int FOUND = -1;

  private final WorkLimits limits;
  private final Nfa nfa;
  private final ByteClasses classes;
  private final StateSets sets;
  private final RowWriter writer;
  private final Rows rows;

  /**
   * For each set the number of its state, or 0: not every set becomes a state. A state gets its
   * number when its row is made.
   */
  private int[] stateOf = new int[64];

  private int[] setOf = new int[64];

  /** For each state the number of the set of labels that it accepts. */
  private int[] acceptedBy = new int[64];

  /** Sets that will become states, from {@link #opened} to {@link #found}. */
  private int[] open = new int[64];

  private int opened;
  private int found;

  DfaBuilder(Nfa nfa, WorkLimits limits) {
    this.nfa = nfa;
    this.limits = limits;
    classes = new ByteClasses(nfa.bytes);
    sets = new StateSets(nfa);
    writer = new RowWriter(nfa, classes, sets);
    rows = new Rows(classes.count);
  }

  /**
   * Returns the automaton of some expressions. It is not minimal.
   *
   * <p>Complexity: at worst exponential in the expressions; therefore the limits.
   *
   * @param expressions the expressions with their labels
   * @param limits most work to do
   * @param combiner called once for each different set of labels
   * @throws TooComplexException if a limit is reached
   * @throws CancellationException if the thread is interrupted
   */
  public static Dfa build(List<Regex.Labelled> expressions, WorkLimits limits, Combiner combiner) {
    return new DfaBuilder(new Nfa(expressions), limits).build(combiner);
  }

  /** Makes the trap and the start; returns whether there is a start. */
  private boolean begin() {
    rows.end(Dfa.TRAP);
    sets.after.clear();
    sets.after.addAll(nfa.start());
    if (sets.after.size() == 0) {
      return false;
    }
    find(sets.target(Dfa.TRAP));
    return true;
  }

  private Dfa build(Combiner combiner) {
    if (!begin()) {
      return Dfa.empty(); // no expression at all
    }
    long deadline = System.nanoTime() + limits.time().toNanos();
    // Depth first: a state's successors have members near its own, still in the processor's cache.
    while (opened < found) {
      if ((rows.size() & 0xF) == 0) {
        check(deadline);
      }
      expand(open[--found]);
    }
    rows.renumber(stateOf);
    return new Dfa(label(combiner, deadline), classes.classOf, rows);
  }

  private void check(long deadline) {
    checkInterrupt();
    if (System.nanoTime() - deadline > 0) {
      throw new TooComplexException("milliseconds", limits.time().toMillis());
    }
    if (bytes() > limits.bytes()) {
      throw new TooComplexException("bytes of memory", limits.bytes());
    }
  }

  static void checkInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted");
    }
  }

  /**
   * Makes some of the states, breadth first, so that states of all kinds are among them.
   *
   * @param states most states to make
   * @param nanoseconds longest time to take
   * @return the sets that became states, in their order
   */
  int[] sample(int states, long nanoseconds) {
    begin();
    long deadline = System.nanoTime() + nanoseconds;
    int seen = Dfa.START;
    try {
      for (; seen < states && opened < found; seen++) {
        check(deadline);
        expand(open[opened++]);
      }
    } catch (TooComplexException e) {
      // Some states are enough.
    }
    return Arrays.copyOfRange(setOf, Dfa.START, seen);
  }

  /** Returns the sets of NFA states. */
  StateSets sets() {
    return sets;
  }

  /** Returns an estimate of the bytes that are needed from here to a minimal automaton. */
  private long bytes() {
    return sets.bytes() + states() * 100L + rows.exceptions() * 40L + writer.bytes();
  }

  private int[] label(Combiner combiner, long deadline) {
    int[] labelOf = new int[writer.accepted.count()];
    int[] labels = new int[rows.size()];
    for (int state = 1; state < labels.length; state++) {
      int set = acceptedBy[state];
      if (set != NOTHING && labelOf[set] == 0) {
        if ((set & 0xFF) == 0) {
          check(deadline);
        }
        int[] sorted = writer.accepted.get(set);
        Arrays.sort(sorted);
        labelOf[set] = combiner.combine(sorted, state) + 1;
      }
      labels[state] = set == NOTHING ? 0 : labelOf[set] - 1;
    }
    return labels;
  }

  /** Makes a set the next state, and finds the sets that it leads to. */
  private void expand(int set) {
    int state = rows.size();
    if (state >= acceptedBy.length) {
      acceptedBy = Arrays.copyOf(acceptedBy, state * 2);
      setOf = Arrays.copyOf(setOf, state * 2);
    }
    stateOf[set] = state;
    setOf[state] = set;
    acceptedBy[state] = writer.write(set, rows);
    if (rows.exceptions() > limits.transitions()) {
      throw new TooComplexException("transitions", limits.transitions());
    }
    for (int i = rows.first(state); i < rows.last(state); i++) {
      find(rows.exceptionTarget(i));
    }
    find(rows.otherwise(state));
  }

  /** Notes that a set will become a state, if it hasn't been found before. */
  private void find(int set) {
    if (set >= stateOf.length) {
      stateOf = Arrays.copyOf(stateOf, Math.max(set + 1, stateOf.length * 2));
    }
    if (set == Dfa.TRAP || stateOf[set] != 0) {
      return;
    }
    if (states() >= limits.states()) {
      throw new TooComplexException("states", limits.states());
    }
    if (found == open.length) {
      open = Arrays.copyOf(open, found * 2);
    }
    open[found++] = set;
    stateOf[set] = FOUND;
  }

  /** Returns the number of states so far, including those without a row. */
  private int states() {
    return rows.size() + found - opened;
  }
}
