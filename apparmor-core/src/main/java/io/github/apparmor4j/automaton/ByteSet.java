package io.github.apparmor4j.automaton;

/**
 * An immutable set of bytes, 0 to 255, as four words of 64 bits.
 *
 * @param a bytes 0 to 63, bit i for byte i
 * @param b bytes 64 to 127
 * @param c bytes 128 to 191
 * @param d bytes 192 to 255
 */
public record ByteSet(long a, long b, long c, long d) {

  /** Every byte. */
  public static final ByteSet ALL = new ByteSet(-1, -1, -1, -1);

  /** No byte. */
  public static final ByteSet NONE = new ByteSet(0, 0, 0, 0);

  private static final ByteSet[] SINGLES = new ByteSet[256];

  static {
    for (int i = 0; i < 256; i++) {
      SINGLES[i] = NONE.with(i);
    }
  }

  /** Returns the set of one byte. */
  public static ByteSet of(int value) {
    return SINGLES[value];
  }

  /** Returns the set of the bytes of a range, both ends in it. */
  public static ByteSet range(int from, int to) {
    ByteSet set = NONE;
    for (int i = from; i <= to; i++) {
      set = set.with(i);
    }
    return set;
  }

  /** Returns this set with one byte more. */
  public ByteSet with(int value) {
    long bit = 1L << value;
    return switch (value >> 6) {
      case 0 -> new ByteSet(a | bit, b, c, d);
      case 1 -> new ByteSet(a, b | bit, c, d);
      case 2 -> new ByteSet(a, b, c | bit, d);
      case 3 -> new ByteSet(a, b, c, d | bit);
      default -> throw new IllegalArgumentException("byte " + value);
    };
  }

  /** Returns this set without the bytes of another. */
  public ByteSet minus(ByteSet other) {
    return new ByteSet(a & ~other.a, b & ~other.b, c & ~other.c, d & ~other.d);
  }

  /** Returns the bytes of both sets. */
  public ByteSet plus(ByteSet other) {
    return new ByteSet(a | other.a, b | other.b, c | other.c, d | other.d);
  }

  /** Returns the least byte, 0 to 255; 256 for the empty set. */
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

  /** Returns whether a byte is in the set. */
  public boolean contains(int value) {
    long word =
        switch (value >> 6) {
          case 0 -> a;
          case 1 -> b;
          case 2 -> c;
          case 3 -> d;
          default -> throw new IllegalArgumentException("byte " + value);
        };
    return (word >>> value & 1) != 0;
  }

  /** Returns the number of bytes in the set. */
  public int size() {
    return Long.bitCount(a) + Long.bitCount(b) + Long.bitCount(c) + Long.bitCount(d);
  }
}
