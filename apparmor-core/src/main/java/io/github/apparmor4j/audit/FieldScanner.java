package io.github.apparmor4j.audit;

import java.util.Arrays;

/**
 * Finds the fields of a record: {@code key="text" key=2F746D70 key=12 msg='key=value …'}, separated
 * by blanks or by auditd's 0x1d. Only places are noted; values are decoded when somebody asks.
 */
final class FieldScanner {

  /** Comes before auditd's names for numbers. */
  private static final int ENRICHED = 0x1d;

  /** What rsyslog writes for it. */
  private static final byte[] ESCAPED = Bytes.of("#035");

  private static final byte SEPARATOR = 1;
  private static final byte OF_KEY = 2;
  private static final byte[] KINDS = new byte[128];

  static {
    KINDS[ENRICHED] = SEPARATOR;
    for (char each = 0; each < KINDS.length; each++) {
      if (" \t\r\n,".indexOf(each) >= 0) {
        KINDS[each] = SEPARATOR;
      } else if (Character.isLetterOrDigit(each) || "_-.".indexOf(each) >= 0) {
        KINDS[each] = OF_KEY;
      }
    }
  }

  private String[] keys = new String[32];
  private int[] places = new int[64];
  private int count;
  private int inner;
  private boolean inMessage;
  private boolean broken;

  /** Returns how many fields there are. */
  int count() {
    return count;
  }

  /**
   * Returns the index of the first field of the message in a record that a daemon sent; those
   * before it are about the daemon.
   */
  int inner() {
    return inner;
  }

  /** Returns whether the last field has no end, or a message in quotes none. */
  boolean isBroken() {
    return broken || inMessage;
  }

  String[] keys() {
    return Arrays.copyOf(keys, count);
  }

  /**
   * Returns where the values are, each with its beginning and its end.
   *
   * @param base what is taken off each
   */
  int[] places(int base) {
    int[] copy = new int[count * 2];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = places[i] - base;
    }
    return copy;
  }

  void scan(byte[] bytes, int from, int to) {
    count = 0;
    inner = 0;
    inMessage = false;
    broken = false;
    int i = from;
    while (i < to) {
      if (isSeparator(bytes[i])) {
        i++;
      } else if (bytes[i] == '#' && Bytes.startsWith(bytes, i, to, ESCAPED)) {
        i += ESCAPED.length;
      } else {
        i = field(bytes, i, to);
      }
    }
  }

  private static boolean isSeparator(byte value) {
    return value >= 0 && KINDS[value] == SEPARATOR;
  }

  private static boolean isOfKey(byte value) {
    return value >= 0 && KINDS[value] == OF_KEY;
  }

  /** Reads a field, or passes over a word that is none; returns where it ends. */
  private int field(byte[] bytes, int from, int to) {
    int end = from;
    while (end < to && isOfKey(bytes[end])) {
      end++;
    }
    if (end == to || bytes[end] != '=' || end == from) {
      return word(bytes, from, to);
    }
    String key = KnownWords.of(bytes, from, end);
    int value = end + 1;
    int quote = value < to ? bytes[value] : ' ';
    if (quote == '\'' && key.equals("msg")) {
      inner = count;
      inMessage = true;
      return value + 1;
    } else if (quote == '"' || quote == '\'') {
      int close = Bytes.find(bytes, value + 1, to, quote);
      broken = close == to;
      add(key, value + 1, close);
      return Math.min(close + 1, to);
    }
    int stop = plainEnd(bytes, value, to);
    boolean closes = inMessage && stop < to && bytes[stop] == '\'';
    inMessage &= !closes;
    add(key, value, stop);
    return closes ? stop + 1 : stop;
  }

  /** Passes over a word without a value; the end of a message, or a key that was cut off. */
  private int word(byte[] bytes, int from, int to) {
    int end = from;
    while (end < to && !isSeparator(bytes[end])) {
      end++;
    }
    if (end == from + 1 && bytes[from] == '\'') {
      inMessage = false;
    } else if (end == to) {
      broken = true;
    }
    return end;
  }

  /**
   * Returns where a value without quotes ends. A number may be followed by auditd's names at once,
   * where the separator got lost: {@code ouid=0FSUID="root"}. So may the quote that ends a message.
   */
  private int plainEnd(byte[] bytes, int from, int to) {
    int digits = Bytes.skipDigits(bytes, from < to && bytes[from] == '-' ? from + 1 : from, to);
    int end = digits;
    if (digits > from && digits < to) {
      if (bytes[digits] == '#' && Bytes.startsWith(bytes, digits, to, ESCAPED)) {
        return digits;
      }
      int name = digits;
      while (name < to && bytes[name] >= 'A' && bytes[name] <= 'Z') {
        name++;
      }
      if (name > digits + 2 && name < to && bytes[name] == '=') {
        return digits;
      }
    }
    while (end < to && !isSeparator(bytes[end]) && !(inMessage && bytes[end] == '\'')) {
      end++;
    }
    return end;
  }

  private void add(String key, int from, int to) {
    if (count == keys.length) {
      keys = Arrays.copyOf(keys, count * 2);
      places = Arrays.copyOf(places, count * 4);
    }
    keys[count] = key;
    places[2 * count] = from;
    places[2 * count + 1] = to;
    count++;
  }
}
