package io.github.apparmor4j.audit;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Looks for words in bytes, between two offsets. */
final class Bytes {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private static final byte[] DIGITS = of("0123456789ABCDEF");

  private Bytes() {}

  static byte[] of(String word) {
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  static boolean startsWith(byte[] bytes, int from, int to, byte[] word) {
    if (to - from < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (bytes[from + i] != word[i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns where a word begins, or -1. */
  static int indexOf(byte[] bytes, int from, int to, byte[] word) {
    byte first = word[0];
    for (int i = from; i <= to - word.length; i++) {
      if (bytes[i] == first && startsWith(bytes, i, to, word)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Returns where a byte is, or {@code to} if it isn't there. Looks at eight bytes at a time: most
   * of the time of a pass is spent here, and the compiler makes no vectors of such loops.
   *
   * @param wanted an ASCII character
   */
  static int find(byte[] bytes, int from, int to, int wanted) {
    int i = from;
    long eight = ONES * wanted;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      // A byte that is wanted is 0 here; only such a byte borrows into its highest bit.
      long other = (long) LONGS.get(bytes, i) ^ eight;
      long zeros = (other - ONES) & ~other & HIGH_BITS;
      if (zeros != 0) {
        return i + (Long.numberOfTrailingZeros(zeros) >> 3);
      }
    }
    while (i < to && bytes[i] != wanted) {
      i++;
    }
    return i;
  }

  static int skipBlanks(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && (bytes[i] == ' ' || bytes[i] == '\t')) {
      i++;
    }
    return i;
  }

  static boolean isDigit(int value) {
    return value >= '0' && value <= '9';
  }

  /** Returns where digits end. */
  static int skipDigits(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && isDigit(bytes[i])) {
      i++;
    }
    return i;
  }

  /** Returns a number of at most 18 digits, or -1 if that isn't one. */
  static long number(byte[] bytes, int from, int to) {
    if (to <= from || to - from > 18) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      if (!isDigit(bytes[i])) {
        return -1;
      }
      value = value * 10 + (bytes[i] - '0');
    }
    return value;
  }

  /** Returns the value of an upper-case hexadecimal digit, or -1. */
  static int hex(int digit) {
    return isDigit(digit) ? digit - '0' : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
  }

  /** Writes {@code key=value} as kernels do: in quotes, or in hexadecimal digits. */
  static void writeField(ByteArrayOutputStream out, byte[] key, byte[] value) {
    out.writeBytes(key);
    out.write('=');
    boolean plain = true;
    for (byte each : value) {
      plain &= each >= ' ' && each <= '~' && each != '"';
    }
    if (plain) {
      out.write('"');
      out.writeBytes(value);
      out.write('"');
    } else {
      for (byte each : value) {
        out.write(DIGITS[(each & 0xFF) >> 4]);
        out.write(DIGITS[each & 0xF]);
      }
    }
    out.write(' ');
  }
}
