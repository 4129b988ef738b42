package io.github.apparmor4j.automaton;

import java.util.Arrays;

/**
 * Builder of the tables of a {@link PackedDfa}. It bases each row on its default or on another row,
 * and puts the exceptions into the first slots that fit, rows with many exceptions first.
 */
final class Packer {

  private static final int BYTES = 256;

  /** Longest chain of rows, each based on the next: each row of it costs the kernel a step. */
  private static final int MAX_CHAIN = 24;

  /** Most rows to compare with a row: those with which it shares most targets. */
  private static final int CANDIDATES = 3;

  /**
   * The search for free slots starts at the same slot for all rows with this many exceptions or
   * more.
   */
  private static final int BUCKETS = 16;

  private final Dfa dfa;
  private final int states;
  private final int classes;
  private final Rows rows;

  /** The symbols of each class, ascending. */
  private final int[][] columns;

  private final int[] base;
  private final int[] fallback;

  /** The columns of each row's exceptions, ascending; -1 for the mark. */
  private final int[][] exceptions;

  Packer(Dfa dfa) {
    this.dfa = dfa;
    this.states = dfa.size();
    this.rows = dfa.rows();
    this.classes = rows.classes();
    this.weightOf = dfa.byteCounts();
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
      fallback[s] = rows.otherwise(s); // in a minimal automaton, the most frequent
      exceptions[s] = exceptions(s);
    }
    if (relative) {
      relate();
    }
    return place();
  }

  // ---- rows

  private final int[] scratch = new int[BYTES + 1];
  private final int[] weightOf;
  private int[] parents = new int[0];

  /** The classes in which the two rows differ that were compared last. */
  private final int[] differing = new int[BYTES + 1];

  private int differingCount;

  /**
   * Finds the classes in which two rows differ, and returns their number of bytes; stops at a
   * limit.
   */
  private int compare(int left, int right, int limit) {
    boolean alike = rows.otherwise(left) == rows.otherwise(right);
    int l = rows.first(left);
    int r = rows.first(right);
    int bytes = 0;
    differingCount = 0;
    for (int c = 0; bytes < limit; c++) {
      int leftClass = l < rows.last(left) ? rows.exceptionClass(l) : classes;
      int rightClass = r < rows.last(right) ? rows.exceptionClass(r) : classes;
      c = alike ? Math.min(leftClass, rightClass) : c;
      if (c >= classes) {
        break;
      }
      int leftTarget = leftClass == c ? rows.exceptionTarget(l++) : rows.otherwise(left);
      int rightTarget = rightClass == c ? rows.exceptionTarget(r++) : rows.otherwise(right);
      if (leftTarget != rightTarget) {
        bytes += weightOf[c];
        differing[differingCount++] = c;
      }
    }
    return bytes;
  }

  /** Returns the columns of a row's exceptions. */
  private int[] exceptions(int state) {
    differingCount = 0;
    for (int i = rows.first(state); i < rows.last(state); i++) {
      differing[differingCount++] = rows.exceptionClass(i);
    }
    return differingColumns(state);
  }

  private int[] differingColumns(int state) {
    int count = 0;
    boolean sorted = true;
    for (int i = 0; i < differingCount; i++) {
      for (int value : columns[differing[i]]) {
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

  // ---- rows that are nearly the same as others

  /**
   * Bases rows on earlier rows from which they hardly differ. Candidates are rows that lead to the
   * same states; to find them, each state remembers the first state that leads to it.
   */
  private void relate() {
    int[] firstParent = new int[states];
    for (int s = states - 1; s >= Dfa.START; s--) {
      firstParent[rows.otherwise(s)] = s;
      for (int i = rows.first(s); i < rows.last(s); i++) {
        firstParent[rows.exceptionTarget(i)] = s;
      }
    }
    int[] chain = new int[states];
    int[] candidates = new int[CANDIDATES];
    parents = new int[states];
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
          int differences = chain[candidate] < MAX_CHAIN ? compare(s, candidate, least) : least;
          if (differences < least) {
            least = differences;
            best = candidate;
          }
          candidate = (base[candidate] & PackedDfa.RELATIVE) != 0 ? fallback[candidate] : 0;
        }
      }
      if (best > 0) {
        compare(s, best, Integer.MAX_VALUE);
        exceptions[s] = differingColumns(s);
        base[s] |= PackedDfa.RELATIVE;
        fallback[s] = best;
        chain[s] = chain[best] + 1;
      }
    }
  }

  /** Returns the first earlier state that leads to a target, or 0. */
  private static int parent(int state, int target, int[] firstParent) {
    return target != Dfa.TRAP && firstParent[target] < state ? firstParent[target] : 0;
  }

  private int candidates(int state, int[] firstParent, int[] found) {
    int rest = BYTES;
    for (int i = rows.first(state); i < rows.last(state); i++) {
      int weight = weightOf[rows.exceptionClass(i)];
      rest -= weight;
      parents[parent(state, rows.exceptionTarget(i), firstParent)] += weight;
    }
    parents[parent(state, rows.otherwise(state), firstParent)] += rest;
    int count = 0;
    for (int i = rows.first(state); i <= rows.last(state); i++) {
      int target = i < rows.last(state) ? rows.exceptionTarget(i) : rows.otherwise(state);
      int parent = parent(state, target, firstParent);
      int weight = parents[parent];
      parents[parent] = 0;
      if (weight == 0 || parent == 0) {
        continue;
      }
      // Sorted insertion by weight: `scratch` holds the weights of the candidates found.
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

  // ---- slots

  private long[] taken = new long[64];
  private int[] next = new int[1024];
  private int[] check = new int[1024];

  /**
   * For each first column and number of exceptions, a slot below which hardly any such row fits.
   */
  private final int[] from = new int[(BYTES + 1) * BUCKETS];

  private PackedDfa place() {
    int[] order = byExceptions();
    taken[0] = 1; // slot 0 is kept for the trap
    int highest = BYTES - 1;
    for (int s : order) {
      int[] row = exceptions[s];
      if (row.length == 0) {
        continue;
      }
      if ((s & 0xFFF) == 0) {
        DfaBuilder.checkInterrupt();
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
    // A reader may look up any byte of any row, so each row's last slot must be inside the arrays.
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

  /**
   * Returns the lowest offset, from where the search starts, at which all columns of a row are
   * free.
   */
  private int fit(int[] row) {
    int first = row[0];
    int bucket = (first + 1) * BUCKETS + Math.min(row.length, BUCKETS) - 1;
    int from = Math.max(this.from[bucket], Math.max(first, 0));
    int word = from >> 6;
    long wanted = -1L << from;
    long free;
    // Tries 64 places at a time: a place's bit stays set if no column meets a taken slot there.
    while ((free = wanted & free(word, row)) == 0) {
      word++;
      wanted = -1;
    }
    int slot = (word << 6) + Long.numberOfTrailingZeros(free);
    // Another row with one exception finds nothing below this slot; a row with more finds hardly
    // anything.
    this.from[bucket] = Math.max(this.from[bucket], row.length == 1 ? slot : slot - 4096);
    return slot - first;
  }

  private long free(int word, int[] row) {
    reserve(word + (BYTES >> 6) + 1);
    long free = -1;
    for (int i = 0; i < row.length && free != 0; i++) {
      int bit = row[i] - row[0];
      int at = word + (bit >> 6);
      long taken = this.taken[at] >>> bit;
      if ((bit & 63) != 0) {
        taken |= this.taken[at + 1] << -bit;
      }
      free &= ~taken;
    }
    return free;
  }

  private void reserve(int word) {
    if (word + 1 >= taken.length) {
      taken = Arrays.copyOf(taken, Math.max(word + 8, taken.length * 2));
    }
  }
}
