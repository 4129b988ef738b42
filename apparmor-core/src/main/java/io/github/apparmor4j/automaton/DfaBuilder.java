package io.github.apparmor4j.automaton;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Expressions to a deterministic automaton: the subset construction. */
public final class DfaBuilder {

  /** What the labels of all expressions that match a string mean together. */
  @FunctionalInterface
  public interface Combiner {
    /**
     * Returns the label of a state.
     *
     * @param labels of the expressions that match there, ascending, without repeats, at least one
     * @param state the state, for {@link Dfa#witness}
     * @return 0 if nothing comes of it
     */
    int combine(int[] labels, int state);
  }

  private final Nfa nfa;
  private final DfaLimits limits;
  private final int[] classOf = new int[ByteSet.MARK + 1];
  private final int classes;

  /** For each state of {@link #nfa}, the classes in its set. */
  private final int[][] classesOf;

  private final IntSets states = new IntSets();
  private int[] transitions;

  private DfaBuilder(Nfa nfa, DfaLimits limits) {
    this.nfa = nfa;
    this.limits = limits;
    int count = 1;
    Map<ByteSet, int[]> classesOfSet = new HashMap<>();
    for (ByteSet set : nfa.bytes) {
      if (classesOfSet.putIfAbsent(set, new int[0]) == null) {
        count = refine(set, count);
      }
    }
    this.classes = count;
    int[] first = new int[count];
    for (int value = ByteSet.MARK; value >= 0; value--) {
      first[classOf[value]] = value;
    }
    classesOfSet.replaceAll(
        (set, none) -> {
          int[] in = new int[classes];
          int size = 0;
          for (int c = 0; c < classes; c++) {
            if (set.contains(first[c])) {
              in[size++] = c;
            }
          }
          return Arrays.copyOf(in, size);
        });
    classesOf = new int[nfa.bytes.size()][];
    for (int i = 0; i < classesOf.length; i++) {
      classesOf[i] = classesOfSet.getOrDefault(nfa.bytes.get(i), new int[0]);
    }
    transitions = new int[Math.max(64, classes * 64)];
  }

  /** Splits each class by a set. */
  private int refine(ByteSet set, int count) {
    int[] inside = new int[count];
    int[] members = new int[count];
    for (int value = 0; value <= ByteSet.MARK; value++) {
      members[classOf[value]]++;
      if (set.contains(value)) {
        inside[classOf[value]]++;
      }
    }
    int[] split = new int[count];
    int next = count;
    for (int c = 0; c < count; c++) {
      if (inside[c] > 0 && inside[c] < members[c]) {
        split[c] = next++;
      }
    }
    if (next > count) {
      for (int value = 0; value <= ByteSet.MARK; value++) {
        if (split[classOf[value]] > 0 && set.contains(value)) {
          classOf[value] = split[classOf[value]];
        }
      }
    }
    return next;
  }

  /**
   * Returns the automaton of some expressions; not minimal.
   *
   * <p>Complexity: exponential in the expressions at the worst, hence the limits.
   *
   * @param expressions with labels
   * @param limits of the work
   * @param combiner called once for each different set of labels
   * @throws TooComplexException if a limit is met
   */
  public static Dfa build(List<Regex.Labelled> expressions, DfaLimits limits, Combiner combiner) {
    return new DfaBuilder(new Nfa(expressions), limits).build(combiner);
  }

  private Dfa build(Combiner combiner) {
    states.intern(new int[0]);
    int start = states.intern(nfa.sets.get(nfa.start));
    if (start != Dfa.START) {
      // No expression at all: the start is a second state from which nothing matches.
      return new Dfa(new int[2], new int[ByteSet.MARK + 1], 1, new int[2]);
    }
    for (int state = 1; state < states.size(); state++) {
      if ((state & 0xFFF) == 0 && Thread.currentThread().isInterrupted()) {
        throw new TooComplexException("states before an interrupt", state);
      }
      expand(state);
    }
    int[] labels = new int[states.size()];
    Map<List<Integer>, Integer> combined = new HashMap<>();
    for (int state = 1; state < labels.length; state++) {
      int at = state;
      List<Integer> accepted =
          Arrays.stream(states.get(state))
              .filter(s -> nfa.next[s] < 0)
              .map(s -> -1 - nfa.next[s])
              .sorted()
              .boxed()
              .toList();
      if (!accepted.isEmpty()) {
        labels[state] =
            combined.computeIfAbsent(
                accepted, key -> combiner.combine(key.stream().mapToInt(i -> i).toArray(), at));
      }
    }
    return new Dfa(labels, classOf, classes, Arrays.copyOf(transitions, labels.length * classes));
  }

  // Scratch of expand().
  private int[][] buckets = new int[0][];
  private int[] sizes = new int[0];
  private int[] wide = new int[16];

  /**
   * Fills a state's row. States of the NFA whose set is wide (a star, as a rule) are put together
   * first, once for each pattern of classes that they tell apart; narrow ones (a letter) only touch
   * their own classes.
   */
  private void expand(int state) {
    if (buckets.length == 0) {
      buckets = new int[classes][16];
      sizes = new int[classes];
    }
    Arrays.fill(sizes, 0);
    int wideCount = 0;
    int[] members = states.get(state);
    for (int s : members) {
      int[] in = classesOf[s];
      if (in.length * 2 > classes) {
        if (wideCount == wide.length) {
          wide = Arrays.copyOf(wide, wideCount * 2);
        }
        wide[wideCount++] = s;
        continue;
      }
      if (in.length > 0) {
        int[] behind = nfa.sets.get(nfa.next[s]);
        for (int c : in) {
          append(c, behind);
        }
      }
    }
    int base = state * classes;
    if (transitions.length < base + classes) {
      if ((long) base + classes > limits.cells()) {
        throw new TooComplexException("transitions", limits.cells());
      }
      transitions =
          Arrays.copyOf(transitions, Math.min(Integer.MAX_VALUE - 8, transitions.length * 2));
    }
    long[] patternOf = patterns(wideCount);
    Map<Long, Integer> plain = new HashMap<>();
    for (int c = 0; c < classes; c++) {
      boolean narrow = sizes[c] > 0;
      if (!narrow && wideCount <= 63) {
        Integer known = plain.get(patternOf[c]);
        if (known != null) {
          transitions[base + c] = known;
          continue;
        }
      }
      for (int w = 0; w < wideCount; w++) {
        if (w > 62
            ? Arrays.binarySearch(classesOf[wide[w]], c) >= 0
            : (patternOf[c] >>> w & 1) != 0) {
          append(c, nfa.sets.get(nfa.next[wide[w]]));
        }
      }
      int[] target = Nfa.sortedSet(buckets[c], sizes[c]);
      int before = states.size();
      int id = states.intern(target);
      if (id == before && id >= limits.states()) {
        throw new TooComplexException("states", limits.states());
      }
      transitions[base + c] = id;
      if (!narrow && wideCount <= 63) {
        plain.put(patternOf[c], id);
      }
    }
  }

  private long[] patterns(int wideCount) {
    long[] patternOf = new long[classes];
    for (int w = 0; w < wideCount && w < 63; w++) {
      for (int c : classesOf[wide[w]]) {
        patternOf[c] |= 1L << w;
      }
    }
    return patternOf;
  }

  private void append(int c, int[] more) {
    int size = sizes[c];
    if (size + more.length > buckets[c].length) {
      buckets[c] = Arrays.copyOf(buckets[c], Math.max(size + more.length, size * 2));
    }
    System.arraycopy(more, 0, buckets[c], size, more.length);
    sizes[c] = size + more.length;
  }
}
