package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A set of strings of bytes, as a minimal automaton. Immutable and thread-safe. Operations on two
 * sets cost at worst the product of their automata's sizes; each has limits, and ends with a {@link
 * TooComplexException} if one is reached.
 */
public final class Language {

  /** No string at all. */
  public static final Language NONE = new Language(Dfa.empty());

  /** The bytes in the order in which a string to be shown to people takes them. */
  private static final int[] READABLE = readable();

  private final Dfa dfa;

  private Language(Dfa dfa) {
    this.dfa = dfa;
  }

  private static int[] readable() {
    StringBuilder first = new StringBuilder();
    for (char c = 'a'; c <= 'z'; c++) {
      first.append(c);
    }
    first.append("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-./");
    int[] order = new int[256];
    boolean[] taken = new boolean[256];
    int size = 0;
    for (int i = 0; i < first.length(); i++) {
      order[size++] = first.charAt(i);
      taken[first.charAt(i)] = true;
    }
    for (int value = ' '; size < order.length; value = (value + 1) % 256) {
      if (!taken[value]) {
        taken[value] = true;
        order[size++] = value;
      }
    }
    return order;
  }

  /** Returns the language of an expression. */
  public static Language of(Regex regex, WorkLimits limits) {
    return new Language(
        DfaBuilder.build(List.of(regex.labelled(0)), limits, (labels, state) -> 1).minimize());
  }

  /** Returns the strings that lead to a state with one of some labels. */
  public static Language of(Dfa dfa, IntPredicate labels) {
    int[] accepting = new int[dfa.size()];
    boolean any = false;
    for (int state = Dfa.START; state < accepting.length; state++) {
      accepting[state] = labels.test(dfa.label(state)) ? 1 : 0;
      any |= accepting[state] != 0;
    }
    return any ? new Language(dfa.relabelled(accepting).minimize()) : NONE;
  }

  /** Returns the automaton: its labels are 1 for the strings of the set. */
  public Dfa dfa() {
    return dfa;
  }

  /** Returns the automaton as a part of a product. */
  public Product.Part part() {
    return new Product.Part(dfa, Dfa.START);
  }

  private Language combine(Language other, WorkLimits limits, IntPredicate labels) {
    Dfa both =
        Product.of(
            List.of(part(), other.part()),
            limits,
            at -> dfa.label(at[0]) | other.dfa.label(at[1]) << 1);
    return of(both, labels);
  }

  /** Returns the strings that are in both sets. */
  public Language and(Language other, WorkLimits limits) {
    return combine(other, limits, both -> both == 3);
  }

  /** Returns the strings that are in this set but not in another. */
  public Language minus(Language other, WorkLimits limits) {
    return other.isEmpty() ? this : combine(other, limits, both -> both == 1);
  }

  /** Returns the strings that are in one set or the other. */
  public Language or(Language other, WorkLimits limits) {
    if (isEmpty() || other.isEmpty()) {
      return isEmpty() ? other : this;
    }
    Product.Part any =
        new Product.Part(Everything.BYTES, Dfa.START); // each part may be in its trap
    Dfa either =
        Product.of(
            List.of(any, part(), other.part()),
            limits,
            at -> dfa.label(at[1]) | other.dfa.label(at[2]));
    return of(either, label -> label != 0);
  }

  /** Returns whether there is no string in the set. */
  public boolean isEmpty() {
    return dfa.size() == 2 && dfa.label(Dfa.START) == 0;
  }

  /** Returns whether a string is in the set. */
  public boolean contains(byte... string) {
    return dfa.label(dfa.run(string)) != 0;
  }

  /** Returns whether all strings of another set are in this one. */
  public boolean includes(Language other, WorkLimits limits) {
    return other.minus(this, limits).isEmpty();
  }

  /** Returns whether some string is in both sets. */
  public boolean overlaps(Language other, WorkLimits limits) {
    return !and(other, limits).isEmpty();
  }

  /**
   * Returns whether both sets have the same strings. Complexity: linear, as minimal automata of
   * equal sets are numbered alike.
   */
  public boolean sameAs(Language other) {
    boolean same = dfa.size() == other.dfa.size();
    for (int state = Dfa.START; same && state < dfa.size(); state++) {
      same = dfa.label(state) == other.dfa.label(state);
      for (int value = 0; same && value <= ByteSet.MARK; value++) {
        same = dfa.step(state, value) == other.dfa.step(state, value);
      }
    }
    return same;
  }

  /**
   * Returns a shortest string of the set, with letters where it has a choice; empty if the set is.
   */
  public Optional<byte[]> witness() {
    return Optional.ofNullable(shortest());
  }

  private byte @Nullable [] shortest() {
    int[] from = new int[dfa.size()];
    int[] by = new int[dfa.size()];
    int[] queue = new int[dfa.size()];
    Arrays.fill(from, -1);
    from[Dfa.START] = Dfa.START;
    int tail = 0;
    queue[tail++] = Dfa.START;
    for (int head = 0; head < tail; head++) {
      int state = queue[head];
      if (dfa.label(state) != 0) {
        return path(state, from, by);
      }
      for (int value : READABLE) {
        int to = dfa.step(state, value);
        if (to != Dfa.TRAP && from[to] < 0) {
          from[to] = state;
          by[to] = value;
          queue[tail++] = to;
        }
      }
    }
    return null;
  }

  private static byte[] path(int end, int[] from, int[] by) {
    int length = 0;
    for (int state = end; state != Dfa.START; state = from[state]) {
      length++;
    }
    byte[] path = new byte[length];
    for (int state = end; state != Dfa.START; state = from[state]) {
      path[--length] = (byte) by[state];
    }
    return path;
  }

  /**
   * Returns the logarithm to base 2 of the number of strings of at most some bytes; negative
   * infinity if there are none.
   *
   * @param most the length, 0 to 100
   */
  public double log2Count(int most) {
    if (most < 0 || most > 100) {
      throw new IllegalArgumentException("length " + most + " is not in 0..100");
    }
    // 256 to the 100 is less than the largest double.
    double[] count = new double[dfa.size()];
    count[Dfa.START] = 1;
    double sum = 0;
    for (int length = 0; ; length++) {
      for (int state = Dfa.START; state < count.length; state++) {
        sum += dfa.label(state) != 0 ? count[state] : 0;
      }
      if (length == most) {
        return Math.log(sum) / Math.log(2);
      }
      double[] next = new double[count.length];
      for (int state = Dfa.START; state < count.length; state++) {
        for (int value = 0; count[state] != 0 && value < 256; value++) {
          next[dfa.step(state, value)] += count[state];
        }
      }
      next[Dfa.TRAP] = 0;
      count = next;
    }
  }

  @Override
  public String toString() {
    return "Language[states=" + dfa.size() + "]";
  }
}
