package io.github.apparmor4j.automaton;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * Minimization of an automaton: Hopcroft's refinement, done as the lumping of weighted graphs (A.
 * Valmari, G. Franceschinis, "Simple O(m log n) time Markov chain lumping", TACAS 2010).
 *
 * <p>Each class of bytes has a random weight of 64 bits. All transitions from one state to another
 * are one edge, whose weight is the sum of theirs. If the sums of two states' edges into a block
 * are equal, the same classes lead there. So a state that has a transition for every byte, as most
 * have where there is a {@code **}, costs its few targets, not its dozens of classes. Equal sums
 * almost certainly mean equal classes; {@link #isStable} makes sure, and otherwise other weights
 * are tried.
 *
 * <p>There are no edges to dead states, so the number of dead states costs nothing.
 */
final class Minimizer {

  private final Dfa dfa;
  private final int states;
  private final Rows rows;

  // Edges sorted by their heads: those into state s are incoming[s] to incoming[s + 1] - 1.
  private int[] incoming = new int[0];
  private int[] tails = new int[0];
  private long[] weights = new long[0];
  private final boolean[] alive;

  // A refinable partition: the states of block b are elements[first[b]] to elements[end[b] - 1].
  private final int[] elements;
  private final int[] location;
  private final int[] blockOf;
  private final int[] first;
  private final int[] end;
  private int blocks;

  private final LongUnaryOperator random;

  private Minimizer(Dfa dfa, LongUnaryOperator random) {
    this.dfa = dfa;
    this.random = random;
    states = dfa.size();
    rows = dfa.rows();
    alive = new boolean[states];
    elements = new int[states];
    location = new int[states];
    blockOf = new int[states];
    first = new int[states + 1];
    end = new int[states + 1];
  }

  static Dfa minimize(Dfa dfa) {
    return minimize(dfa, Minimizer::random);
  }

  /**
   * Minimizes with other weights of bytes: if two sums of them are equal by accident, so that
   * states that differ stay together, this is seen, and others are tried.
   *
   * @param random returns a number for each of those that follow each other
   */
  static Dfa minimize(Dfa dfa, LongUnaryOperator random) {
    Minimizer minimizer = new Minimizer(dfa, random);
    for (long seed = 1; ; seed++) {
      minimizer.connect(seed);
      minimizer.partition();
      minimizer.refine();
      if (minimizer.isStable()) {
        return minimizer.rebuild();
      }
    }
  }

  private static long random(long seed) {
    long z = seed * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Collects the edges between states that are alive. */
  private void connect(long seed) {
    int classes = rows.classes();
    long[] weightOf = new long[classes];
    long all = 0;
    for (int c = 0; c < classes; c++) {
      weightOf[c] = random.applyAsLong(seed * 1000 + c);
      all += weightOf[c];
    }
    // A row has an edge for each exception, and one for the rest.
    int most = rows.exceptions() + states;
    int[] from = new int[most];
    int[] to = new int[most];
    long[] weight = new long[most];
    int count = 0;
    int[] edgeTo = new int[states];
    Arrays.fill(edgeTo, -1);
    for (int s = Dfa.START; s < states; s++) {
      int begin = count;
      long rest = all;
      for (int i = rows.first(s); i < rows.last(s); i++) {
        long one = weightOf[rows.exceptionClass(i)];
        rest -= one;
        int target = rows.exceptionTarget(i);
        if (target == Dfa.TRAP) {
          continue;
        }
        int edge = edgeTo[target];
        if (edge < begin) {
          edge = count++;
          edgeTo[target] = edge;
          from[edge] = s;
          to[edge] = target;
        }
        weight[edge] += one;
      }
      if (rows.otherwise(s) != Dfa.TRAP) {
        from[count] = s;
        to[count] = rows.otherwise(s);
        weight[count++] = rest;
      }
    }
    index(from, to, weight, count);
    enliven();
    // Edges out of dead states lead to dead states only, which are never looked at.
  }

  /** Sorts edges by their heads. */
  private void index(int[] from, int[] to, long[] weight, int count) {
    incoming = new int[states + 1];
    for (int e = 0; e < count; e++) {
      incoming[to[e] + 1]++;
    }
    for (int s = 0; s < states; s++) {
      incoming[s + 1] += incoming[s];
    }
    int[] fill = Arrays.copyOf(incoming, states);
    tails = new int[count];
    weights = new long[count];
    for (int e = 0; e < count; e++) {
      int at = fill[to[e]]++;
      tails[at] = from[e];
      weights[at] = weight[e];
    }
  }

  /** Finds the states that can still reach a label other than 0. */
  private void enliven() {
    Arrays.fill(alive, false);
    int[] queue = new int[states];
    int tail = 0;
    for (int s = Dfa.START; s < states; s++) {
      if (dfa.label(s) != 0) {
        alive[s] = true;
        queue[tail++] = s;
      }
    }
    for (int i = 0; i < tail; i++) {
      for (int e = incoming[queue[i]]; e < incoming[queue[i] + 1]; e++) {
        if (!alive[tails[e]]) {
          alive[tails[e]] = true;
          queue[tail++] = tails[e];
        }
      }
    }
  }

  /** Makes a block of the dead states, the trap among them, and one for each label. */
  private void partition() {
    Map<Integer, Integer> blockOfLabel = new HashMap<>();
    int[] sizes = new int[states + 1];
    int lastLabel = 0;
    int lastBlock = 0;
    for (int s = 0; s < states; s++) {
      int block = 0;
      if (alive[s]) {
        int label = dfa.label(s);
        if (lastBlock == 0 || label != lastLabel) {
          lastLabel = label;
          lastBlock = blockOfLabel.computeIfAbsent(label, l -> blockOfLabel.size() + 1);
        }
        block = lastBlock;
      }
      blockOf[s] = block;
      sizes[block]++;
    }
    blocks = blockOfLabel.size() + 1;
    int at = 0;
    for (int b = 0; b < blocks; b++) {
      first[b] = at;
      end[b] = at;
      at += sizes[b];
    }
    for (int s = 0; s < states; s++) {
      location[s] = end[blockOf[s]]++;
      elements[location[s]] = s;
    }
  }

  // Working memory of refine().
  private long[] sums = new long[0];
  private int[] marked = new int[0];
  private int[] queue = new int[0];
  private int queued;

  private void refine() {
    sums = new long[states];
    marked = new int[states + 1];
    queue = new int[states + 1];
    queued = 0;
    for (int b = 1; b < blocks; b++) {
      queue[queued++] = b;
    }
    int[] touched = new int[states];
    int[] touchedBlocks = new int[states + 1];
    boolean[] seen = new boolean[states];
    while (queued > 0) {
      int splitter = queue[--queued];
      if ((splitter & 0xFFF) == 0) {
        DfaBuilder.checkInterrupt();
      }
      int count = 0;
      for (int i = first[splitter]; i < end[splitter]; i++) {
        int state = elements[i];
        for (int e = incoming[state]; e < incoming[state + 1]; e++) {
          int tail = tails[e];
          if (!seen[tail]) {
            seen[tail] = true;
            touched[count++] = tail;
            sums[tail] = 0;
          }
          sums[tail] += weights[e];
        }
      }
      int blockCount = 0;
      for (int i = 0; i < count; i++) {
        int state = touched[i];
        seen[state] = false;
        int block = blockOf[state];
        if (marked[block] == 0) {
          touchedBlocks[blockCount++] = block;
        }
        swap(location[state], first[block] + marked[block]++);
      }
      for (int i = 0; i < blockCount; i++) {
        split(touchedBlocks[i]);
        marked[touchedBlocks[i]] = 0;
      }
    }
  }

  private void swap(int left, int right) {
    int state = elements[left];
    elements[left] = elements[right];
    location[elements[left]] = left;
    elements[right] = state;
    location[state] = right;
  }

  /**
   * Splits a block by the sums of its states. The marked states come first in it; the others have
   * no sum. The largest part stays the block. Blocks that have been refined by the whole block, and
   * will be by the other parts, need no refining by the largest part.
   */
  private void split(int block) {
    int begin = first[block];
    int cut = begin + marked[block];
    int stop = end[block];
    if (stop - begin == 1) {
      return;
    }
    long sum = sums[elements[begin]];
    boolean same = true;
    for (int i = begin + 1; i < cut && same; i++) {
      same = sums[elements[i]] == sum;
    }
    if (same && cut == stop) {
      return;
    }
    if (!same) {
      sort(begin, cut);
    }
    int largestBegin = cut;
    int largestEnd = stop;
    for (int i = begin; i < cut; ) {
      int run = run(i, cut);
      if (run - i > largestEnd - largestBegin) {
        largestBegin = i;
        largestEnd = run;
      }
      i = run;
    }
    for (int i = begin; i < cut; ) {
      int run = run(i, cut);
      if (i != largestBegin) {
        open(i, run);
      }
      i = run;
    }
    if (largestBegin != cut && cut < stop) {
      open(cut, stop);
    }
    first[block] = largestBegin;
    end[block] = largestEnd;
  }

  /** Returns the index after the states with the same sum. */
  private int run(int from, int limit) {
    long sum = sums[elements[from]];
    int to = from + 1;
    while (to < limit && sums[elements[to]] == sum) {
      to++;
    }
    return to;
  }

  private void open(int begin, int stop) {
    for (int i = begin; i < stop; i++) {
      blockOf[elements[i]] = blocks;
    }
    first[blocks] = begin;
    end[blocks] = stop;
    queue[queued++] = blocks++;
  }

  /** Sorts states by their sums. */
  private void sort(int begin, int stop) {
    if (stop - begin < 24) {
      for (int i = begin + 1; i < stop; i++) {
        for (int j = i; j > begin && sums[elements[j]] < sums[elements[j - 1]]; j--) {
          swap(j, j - 1);
        }
      }
      return;
    }
    int length = stop - begin;
    long[] keys = new long[length];
    for (int i = 0; i < length; i++) {
      keys[i] = sums[elements[begin + i]];
    }
    Arrays.sort(keys);
    int different = 0;
    for (int i = 0; i < length; i++) {
      if (i == 0 || keys[i] != keys[i - 1]) {
        keys[different++] = keys[i];
      }
    }
    int[] starts = new int[different + 1];
    int[] rank = new int[length];
    int[] states = Arrays.copyOfRange(elements, begin, stop);
    for (int i = 0; i < length; i++) {
      rank[i] = Arrays.binarySearch(keys, 0, different, sums[states[i]]);
      starts[rank[i] + 1]++;
    }
    for (int i = 0; i < different; i++) {
      starts[i + 1] += starts[i];
    }
    for (int i = 0; i < length; i++) {
      int at = begin + starts[rank[i]]++;
      elements[at] = states[i];
      location[states[i]] = at;
    }
  }

  /** Returns whether the states of each block lead to the same blocks. */
  private boolean isStable() {
    int[] cells = new int[rows.classes()];
    for (int b = 0; b < blocks; b++) {
      int like = elements[first[b]];
      if (!alive[like] || end[b] - first[b] == 1) {
        continue;
      }
      Arrays.fill(cells, blockOf[rows.otherwise(like)]);
      for (int i = rows.first(like); i < rows.last(like); i++) {
        cells[rows.exceptionClass(i)] = blockOf[rows.exceptionTarget(i)];
      }
      for (int e = first[b] + 1; e < end[b]; e++) {
        if (!leadsTo(cells, blockOf[rows.otherwise(like)], like, elements[e])) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns whether a state leads to the same blocks as another one. */
  private boolean leadsTo(int[] cells, int otherwise, int like, int state) {
    if (blockOf[rows.otherwise(state)] != otherwise) {
      return leadsTo(cells, state);
    }
    // For rows with the same default it is enough to compare the exceptions, and their number.
    int different = 0;
    for (int i = rows.first(like); i < rows.last(like); i++) {
      different += blockOf[rows.exceptionTarget(i)] == otherwise ? 0 : 1;
    }
    for (int i = rows.first(state); i < rows.last(state); i++) {
      int target = blockOf[rows.exceptionTarget(i)];
      if (cells[rows.exceptionClass(i)] != target) {
        return false;
      }
      different -= target == otherwise ? 0 : 1;
    }
    return different == 0;
  }

  private boolean leadsTo(int[] cells, int state) {
    int at = rows.first(state);
    for (int c = 0; c < cells.length; c++) {
      boolean exception = at < rows.last(state) && rows.exceptionClass(at) == c;
      int target = exception ? rows.exceptionTarget(at++) : rows.otherwise(state);
      if (blockOf[target] != cells[c]) {
        return false;
      }
    }
    return true;
  }

  // number[block] - 1 is the new state. The block of dead states is the trap.
  private int[] number = new int[0];
  private int[] representative = new int[0];
  private int size;

  private Dfa rebuild() {
    number = new int[blocks];
    representative = new int[blocks + 2];
    number[blockOf[Dfa.TRAP]] = Dfa.TRAP + 1;
    if (!alive[Dfa.START]) {
      return Dfa.empty();
    }
    number[blockOf[Dfa.START]] = Dfa.START + 1;
    representative[Dfa.START] = Dfa.START;
    size = 2;
    int[] bytes = dfa.byteCounts();
    int[] weightOf = new int[blocks + 2];
    Rows minimal = new Rows(rows.classes());
    minimal.end(Dfa.TRAP);
    for (int s = Dfa.START; s < size; s++) {
      int old = representative[s];
      // States are numbered in the order of the bytes that lead to them; for the default target,
      // that is the first class without an exception.
      int begin = rows.first(old);
      int stop = rows.last(old);
      int gap = 0;
      while (begin + gap < stop && rows.exceptionClass(begin + gap) == gap) {
        numberOf(rows.exceptionTarget(begin + gap++));
      }
      int otherwise = gap < rows.classes() ? numberOf(rows.otherwise(old)) : Dfa.TRAP;
      int rest = 256;
      for (int i = begin; i < stop; i++) {
        int cls = rows.exceptionClass(i);
        int target = numberOf(rows.exceptionTarget(i));
        weightOf[target] += bytes[cls];
        rest -= bytes[cls];
        minimal.put(cls, target);
      }
      weightOf[otherwise] += rest;
      int best = otherwise;
      for (int i = begin; i < stop; i++) {
        int target = numberOf(rows.exceptionTarget(i));
        // Of several, take the least number: the choice must not depend on the classes.
        if (weightOf[target] > weightOf[best]
            || (weightOf[target] == weightOf[best] && target < best)) {
          best = target;
        }
      }
      for (int i = begin; i < stop; i++) {
        weightOf[numberOf(rows.exceptionTarget(i))] = 0;
      }
      weightOf[otherwise] = 0;
      if (best != otherwise) {
        int at = begin;
        for (int c = 0; c < rows.classes(); c++) {
          if (at < stop && rows.exceptionClass(at) == c) {
            at++;
          } else {
            minimal.put(c, otherwise);
          }
        }
      }
      minimal.end(best);
    }
    int[] labels = new int[size];
    int[] classOf = new int[ByteSet.MARK + 1];
    for (int s = 1; s < size; s++) {
      labels[s] = dfa.label(representative[s]);
    }
    for (int value = 0; value <= ByteSet.MARK; value++) {
      classOf[value] = dfa.classOf(value);
    }
    return new Dfa(labels, classOf, minimal);
  }

  /** Returns the new number of an old state; if its block has none yet, it gets the next one. */
  private int numberOf(int old) {
    int block = blockOf[old];
    if (number[block] == 0) {
      representative[size] = old;
      number[block] = ++size;
    }
    return number[block] - 1;
  }
}
