package io.github.apparmor4j.automaton;

import java.util.Arrays;
import java.util.BitSet;

/**
 * An automaton as comb-compressed tables, the form that AppArmor's kernel side walks: a state's row
 * of 256 targets is a default and exceptions, and the exceptions of all states interleave in one
 * pair of arrays.
 *
 * <p>The exception of state {@code s} for byte {@code c} is {@code next[base[s] + c]} if {@code
 * check[base[s] + c] == s}; otherwise the target is {@code fallback[s]}. (A. Aho, R. Sethi, J.
 * Ullman, "Compilers", 1986, section 3.9.)
 *
 * @param base offset of each state's row
 * @param fallback default target of each state
 * @param next targets
 * @param check owners of the slots; 0 for free ones
 */
public record PackedDfa(int[] base, int[] fallback, int[] next, int[] check) {

  /**
   * Packs an automaton. Deterministic.
   *
   * <p>Complexity: about linear in the exceptions; the search for free slots starts where the last
   * ones were found.
   */
  public static PackedDfa pack(Dfa dfa) {
    return new Packer(dfa).pack();
  }

  /** Returns the number of states. */
  public int size() {
    return base.length;
  }

  /**
   * Returns the state that a byte leads to.
   *
   * @param state 0 to {@code size() - 1}
   * @param value 0 to 255
   */
  public int step(int state, int value) {
    int slot = base[state] + value;
    return check[slot] == state ? next[slot] : fallback[state];
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

  /** First fit by descending number of exceptions; the free slots are a bit set. */
  private static final class Packer {
    private final Dfa dfa;
    private final int[] base;
    private final int[] fallback;
    private final BitSet taken = new BitSet();
    private int[] next = new int[1024];
    private int[] check = new int[1024];
    private int highest = 255;

    /**
     * For each number of exceptions up to 32, a slot below which no row of so many fits any more.
     */
    private final int[] from = new int[33];

    Packer(Dfa dfa) {
      this.dfa = dfa;
      this.base = new int[dfa.size()];
      this.fallback = new int[dfa.size()];
    }

    PackedDfa pack() {
      int states = dfa.size();
      int[][] exceptions = new int[states][];
      Integer[] order = new Integer[states - 1];
      for (int s = 1; s < states; s++) {
        fallback[s] = mostFrequent(s);
        exceptions[s] = exceptions(s);
        order[s - 1] = s;
      }
      Arrays.sort(
          order,
          (l, r) ->
              exceptions[l].length != exceptions[r].length
                  ? exceptions[r].length - exceptions[l].length
                  : l - r);
      taken.set(0);
      for (int s : order) {
        place(s, exceptions[s]);
      }
      // Every row may be read in full: base + 255 must lie inside.
      int length = highest + 1;
      return new PackedDfa(
          base, fallback, Arrays.copyOf(next, length), Arrays.copyOf(check, length));
    }

    private int mostFrequent(int state) {
      int[] targets = new int[256];
      for (int c = 0; c < 256; c++) {
        targets[c] = dfa.step(state, c);
      }
      Arrays.sort(targets);
      int best = targets[0];
      int bestCount = 0;
      for (int i = 0, start = 0; i <= 256; i++) {
        if (i == 256 || targets[i] != targets[start]) {
          if (i - start > bestCount) {
            bestCount = i - start;
            best = targets[start];
          }
          start = i;
        }
      }
      return best;
    }

    private int[] exceptions(int state) {
      int[] found = new int[256];
      int count = 0;
      for (int c = 0; c < 256; c++) {
        if (dfa.step(state, c) != fallback[state]) {
          found[count++] = c;
        }
      }
      return Arrays.copyOf(found, count);
    }

    private void place(int state, int[] exceptions) {
      if (exceptions.length == 0) {
        return;
      }
      int bucket = Math.min(exceptions.length, 32);
      int first = exceptions[0];
      int slot = taken.nextClearBit(Math.max(from[bucket], first));
      while (!fits(slot - first, exceptions)) {
        slot = taken.nextClearBit(slot + 1);
      }
      // Rows of as many exceptions seldom fit below: look on from here, a little before it.
      from[bucket] = Math.max(from[bucket], slot - 512);
      int offset = slot - first;
      base[state] = offset;
      highest = Math.max(highest, offset + 255);
      if (highest >= next.length) {
        int length = Math.max(highest + 1, next.length * 2);
        next = Arrays.copyOf(next, length);
        check = Arrays.copyOf(check, length);
      }
      for (int c : exceptions) {
        taken.set(offset + c);
        next[offset + c] = dfa.step(state, c);
        check[offset + c] = state;
      }
    }

    private boolean fits(int offset, int[] exceptions) {
      for (int c : exceptions) {
        if (taken.get(offset + c)) {
          return false;
        }
      }
      return true;
    }
  }
}
