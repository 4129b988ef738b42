package io.github.apparmor4j.automaton;

/**
 * An immutable set of symbols: the bytes 0 to 255, as four words of 64 bits, and a mark, which is
 * not a byte.
 *
 * @param a bytes 0 to 63, bit i for byte i
 * @param b bytes 64 to 127
 * @param c bytes 128 to 191
 * @param d bytes 192 to 255
 * @param mark whether {@link #MARK} is in the set
 */
public record ByteSet(long a, long b, long c, long d, boolean mark) {

  /** A symbol that is not a byte: a separator that can't occur in a string. */
  public static final int MARK = 256;

  /** Every byte. */
  public static final ByteSet ALL = new ByteSet(-1, -1, -1, -1, false);

  /** No symbol. */
  public static final ByteSet NONE = new ByteSet(0, 0, 0, 0, false);

  private static final ByteSet[] SINGLES = new ByteSet[MARK + 1];

  static {
    for (int i = 0; i <= MARK; i++) {
      SINGLES[i] = NONE.with(i);
    }
  }

  /** Returns the set of one symbol, 0 to 256. */
  public static ByteSet of(int value) {
    return SINGLES[value];
  }

  /** Returns the set of the bytes of a range, both ends included. */
  public static ByteSet range(int from, int to) {
    ByteSet set = NONE;
    for (int i = from; i <= to; i++) {
      set = set.with(i);
    }
    return set;
  }

  /** Returns this set and one more symbol, 0 to 256. */
  public ByteSet with(int value) {
    long bit = 1L << value;
    return switch (value >> 6) {
      case 0 -> new ByteSet(a | bit, b, c, d, mark);
      case 1 -> new ByteSet(a, b | bit, c, d, mark);
      case 2 -> new ByteSet(a, b, c | bit, d, mark);
      case 3 -> new ByteSet(a, b, c, d | bit, mark);
      case MARK >> 6 -> new ByteSet(a, b, c, d, true);
      default -> throw new IllegalArgumentException("byte " + value);
    };
  }

  /** Returns this set without the symbols of another. */
  public ByteSet minus(ByteSet other) {
    return new ByteSet(a & ~other.a, b & ~other.b, c & ~other.c, d & ~other.d, mark && !other.mark);
  }

  /** Returns the union of two sets. */
  public ByteSet plus(ByteSet other) {
    return new ByteSet(a | other.a, b | other.b, c | other.c, d | other.d, mark || other.mark);
  }

  /** Returns the least symbol, 0 to 256; also 256 for the empty set. */
  public int first() {
    int zeros = Long.numberOfTrailingZeros(a);
    if (zeros == 64) {
      zeros += Long.numberOfTrailingZeros(b);
    }
    if (zeros == 128) {
      zeros += Long.numberOfTrailingZeros(c);
    }
    if (zeros == 192) {
      zeros += Long.numberOfTrailingZeros(d);
    }
    return zeros;
  }

  /** Returns whether a symbol, 0 to 256, is in the set. */
  public boolean contains(int value) {
    long word =
        switch (value >> 6) {
          case 0 -> a;
          case 1 -> b;
          case 2 -> c;
          case 3 -> d;
          case MARK >> 6 -> mark ? 1 : 0;
          default -> throw new IllegalArgumentException("byte " + value);
        };
    return (word >>> value & 1) != 0;
  }

  /** Returns the number of symbols in the set. */
  public int size() {
    return Long.bitCount(a)
        + Long.bitCount(b)
        + Long.bitCount(c)
        + Long.bitCount(d)
        + (mark ? 1 : 0);
  }
}
