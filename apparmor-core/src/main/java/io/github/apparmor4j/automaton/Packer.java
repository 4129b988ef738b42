package io.github.apparmor4j.automaton;

import java.util.Arrays;

/**
 * Makes the tables of a {@link PackedDfa}: chooses each row's default, or another row to differ
 * from, and places the exceptions first-fit, rows of many first.
 */
final class Packer {

  private static final int BYTES = 256;

  /** A row may refer to one that refers to one …: each costs the kernel a step. */
  private static final int MAX_CHAIN = 24;

  /** Rows compared with a row, at most: those with which it shares most targets. */
  private static final int CANDIDATES = 3;

  /** Rows of so many exceptions or more are looked for a place from the same slot. */
  private static final int BUCKETS = 16;

  private final Dfa dfa;
  private final int states;
  private final int classes;

  /** For each class its bytes, ascending; -1 for the mark. */
  private final int[][] columns;

  private final int[] base;
  private final int[] fallback;

  /** Exceptions of each row, as columns, ascending. */
  private final int[][] exceptions;

  Packer(Dfa dfa) {
    this.dfa = dfa;
    this.states = dfa.size();
    this.classes = dfa.classes();
    this.base = new int[states];
    this.fallback = new int[states];
    this.exceptions = new int[states][];
    this.columns = new int[classes][];
    int[] sizes = new int[classes];
    for (int value = 0; value <= ByteSet.MARK; value++) {
      sizes[dfa.classOf(value)]++;
    }
    for (int c = 0; c < classes; c++) {
      columns[c] = new int[sizes[c]];
    }
    for (int value = ByteSet.MARK; value >= 0; value--) {
      int c = dfa.classOf(value);
      columns[c][--sizes[c]] = value;
    }
  }

  PackedDfa pack(boolean relative) {
    for (int s = 1; s < states; s++) {
      fallback[s] = mostFrequent(s);
      exceptions[s] = exceptions(s, fallback[s], -1);
    }
    if (relative) {
      relate();
    }
    return place();
  }

  // ---- rows

  private final int[] scratch = new int[BYTES + 1];
  private int[] weights = new int[0];

  private int weight(int cls) {
    int[] bytes = columns[cls];
    return bytes.length > 0 && bytes[bytes.length - 1] == ByteSet.MARK
        ? bytes.length - 1
        : bytes.length;
  }

  private int mostFrequent(int state) {
    if (weights.length == 0) {
      weights = new int[states];
    }
    int best = Dfa.TRAP;
    int most = 0;
    for (int c = 0; c < classes; c++) {
      int target = dfa.target(state, c);
      weights[target] += weight(c);
      // Of several, the least number: the choice must not depend on the classes.
      if (weights[target] > most || (weights[target] == most && target < best)) {
        most = weights[target];
        best = target;
      }
    }
    for (int c = 0; c < classes; c++) {
      weights[dfa.target(state, c)] = 0;
    }
    return best;
  }

  /** Returns the columns in which a row differs from a default or, if given, from another row. */
  private int[] exceptions(int state, int normal, int like) {
    int count = 0;
    boolean sorted = true;
    for (int c = 0; c < classes; c++) {
      int target = dfa.target(state, c);
      if (target == (like < 0 ? normal : dfa.target(like, c))) {
        continue;
      }
      for (int value : columns[c]) {
        if (value < ByteSet.MARK) {
          sorted &= count == 0 || scratch[count - 1] < value;
          scratch[count++] = value;
        }
      }
    }
    if (!sorted) {
      Arrays.sort(scratch, 0, count);
    }
    if (dfa.step(state, ByteSet.MARK) != Dfa.TRAP) {
      base[state] |= PackedDfa.MARKED;
      System.arraycopy(scratch, 0, scratch, 1, count++);
      scratch[0] = -1;
    }
    return Arrays.copyOf(scratch, count);
  }

  private int target(int state, int column) {
    return dfa.step(state, column < 0 ? ByteSet.MARK : column);
  }

  // ---- rows that are nearly others

  /**
   * Lets rows refer to earlier ones that they hardly differ from. Those which lead to the same
   * states are found by way of these: each state remembers the first that leads to it.
   */
  private void relate() {
    int[] firstParent = new int[states];
    for (int s = states - 1; s >= Dfa.START; s--) {
      for (int c = 0; c < classes; c++) {
        firstParent[dfa.target(s, c)] = s;
      }
    }
    int[] chain = new int[states];
    int[] candidates = new int[CANDIDATES];
    for (int s = Dfa.START + 1; s < states; s++) {
      if (exceptions[s].length < 2 || (base[s] & PackedDfa.MARKED) != 0) {
        continue;
      }
      int count = candidates(s, firstParent, candidates);
      int best = -1;
      int least = exceptions[s].length;
      for (int i = 0; i < count; i++) {
        int candidate = candidates[i];
        for (int hops = 0; candidate > 0 && hops < 2; hops++) {
          int differences = chain[candidate] < MAX_CHAIN ? differences(s, candidate, least) : least;
          if (differences < least) {
            least = differences;
            best = candidate;
          }
          candidate = (base[candidate] & PackedDfa.RELATIVE) != 0 ? fallback[candidate] : 0;
        }
      }
      if (best > 0) {
        exceptions[s] = exceptions(s, 0, best);
        base[s] |= PackedDfa.RELATIVE;
        fallback[s] = best;
        chain[s] = chain[best] + 1;
      }
    }
  }

  private int candidates(int state, int[] firstParent, int[] found) {
    int count = 0;
    for (int c = 0; c < classes; c++) {
      int target = dfa.target(state, c);
      int parent = target == Dfa.TRAP ? 0 : firstParent[target];
      if (parent > 0 && parent < state) {
        weights[parent] += weight(c);
      }
    }
    for (int c = 0; c < classes; c++) {
      int parent = firstParent[dfa.target(state, c)];
      int weight = weights[parent];
      weights[parent] = 0;
      if (weight == 0) {
        continue;
      }
      // Insertion by weight: `scratch` holds the weights of those found.
      int at = Math.min(count, CANDIDATES);
      while (at > 0 && scratch[at - 1] < weight) {
        if (at < CANDIDATES) {
          scratch[at] = scratch[at - 1];
          found[at] = found[at - 1];
        }
        at--;
      }
      if (at < CANDIDATES) {
        scratch[at] = weight;
        found[at] = parent;
        count = Math.min(count + 1, CANDIDATES);
      }
    }
    return count;
  }

  /** Returns in how many columns rows differ; counts no further than a limit. */
  private int differences(int left, int right, int limit) {
    int count = 0;
    for (int c = 0; c < classes && count < limit; c++) {
      if (dfa.target(left, c) != dfa.target(right, c)) {
        count += weight(c);
      }
    }
    return count;
  }

  // ---- places

  private long[] taken = new long[64];
  private int[] next = new int[1024];
  private int[] check = new int[1024];

  /**
   * For each first column and number of exceptions, a slot below which hardly such a row fits any
   * more.
   */
  private final int[] from = new int[(BYTES + 1) * BUCKETS];

  private PackedDfa place() {
    int[] order = byExceptions();
    taken[0] = 1; // slot 0 stays free for the trap
    int highest = BYTES - 1;
    for (int s : order) {
      int[] row = exceptions[s];
      if (row.length == 0) {
        continue;
      }
      int offset = fit(row);
      base[s] |= offset;
      highest = Math.max(highest, offset + BYTES - 1);
      if (highest >= next.length) {
        int length = Math.max(highest + 1, next.length * 2);
        next = Arrays.copyOf(next, length);
        check = Arrays.copyOf(check, length);
      }
      for (int column : row) {
        int slot = offset + column;
        taken[slot >> 6] |= 1L << slot;
        next[slot] = target(s, column);
        check[slot] = s;
      }
    }
    // Every row may be read in full: its last slot must lie inside.
    int length = highest + 1;
    return new PackedDfa(base, fallback, Arrays.copyOf(next, length), Arrays.copyOf(check, length));
  }

  /** Returns the states by descending number of exceptions, then by number. */
  private int[] byExceptions() {
    int[] starts = new int[BYTES + 3];
    for (int s = 1; s < states; s++) {
      starts[BYTES + 2 - exceptions[s].length]++;
    }
    for (int i = 1; i < starts.length; i++) {
      starts[i] += starts[i - 1];
    }
    int[] order = new int[states - 1];
    for (int s = states - 1; s >= 1; s--) {
      order[--starts[BYTES + 2 - exceptions[s].length]] = s;
    }
    return order;
  }

  private int fit(int[] row) {
    int first = row[0];
    long[] mask = new long[5];
    for (int column : row) {
      int bit = column - first;
      mask[bit >> 6] |= 1L << bit;
    }
    int words = ((row[row.length - 1] - first) >> 6) + 1;
    int bucket = (first + 1) * BUCKETS + Math.min(row.length, BUCKETS) - 1;
    int slot = nextFree(Math.max(from[bucket], Math.max(first, 0)));
    while (!isFree(slot, mask, words)) {
      slot = nextFree(slot + 1);
    }
    // Another row of one exception finds nothing below, one of more hardly anything.
    from[bucket] = Math.max(from[bucket], row.length == 1 ? slot : slot - 512);
    return slot - first;
  }

  private int nextFree(int slot) {
    int word = slot >> 6;
    reserve(word);
    long free = ~taken[word] & (-1L << slot);
    while (free == 0) {
      reserve(++word);
      free = ~taken[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(free);
  }

  private boolean isFree(int slot, long[] mask, int words) {
    int word = slot >> 6;
    int shift = slot & 63;
    reserve(word + words + 4);
    for (int i = 0; i < words; i++) {
      long here = taken[word + i] >>> shift;
      if (shift > 0) {
        here |= taken[word + i + 1] << (64 - shift);
      }
      if ((here & mask[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  private void reserve(int word) {
    if (word + 1 >= taken.length) {
      taken = Arrays.copyOf(taken, Math.max(word + 8, taken.length * 2));
    }
  }
}
