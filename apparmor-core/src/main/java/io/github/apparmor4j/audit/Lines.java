package io.github.apparmor4j.audit;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/** The lines of a stream, one after another in one buffer. */
final class Lines {

  private static final int FIRST_SIZE = 1 << 16;

  private final InputStream in;
  private final int longest;

  private byte[] buffer;
  private int from;
  private int to;
  private int next;
  private int limit;
  private boolean cut;

  /**
   * @param longest the most bytes of a line; of a longer one there is only its beginning
   */
  Lines(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
    this.buffer = new byte[Math.min(FIRST_SIZE, longest + 1)];
  }

  /** Returns the bytes that {@link #from} and {@link #to} are about; the next line changes them. */
  byte[] bytes() {
    return buffer;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** Returns whether the line is longer than it may be. */
  boolean isCut() {
    return cut;
  }

  /** Finds the next line; returns whether there is one. */
  boolean next() throws IOException {
    cut = false;
    from = next;
    int at = from;
    while (true) {
      int end = Bytes.find(buffer, at, limit, '\n');
      if (end < limit) {
        cut = end - from > longest;
        to = cut ? from + longest : end;
        next = end + 1;
        return true;
      }
      int known = limit - from;
      if (known > longest) {
        to = from + longest;
        cut = true;
        skipLine();
        return true;
      }
      if (!more()) {
        to = limit;
        next = limit;
        return to > from;
      }
      at = from + known;
    }
  }

  /**
   * Returns whether the line that comes next begins with a blank. If it isn't known yet, waits for
   * it only if asked to.
   */
  boolean isContinued(BooleanSupplier wait) throws IOException {
    if (next == limit && (!wait.getAsBoolean() || !more())) {
      return false;
    }
    return buffer[next] == ' ' || buffer[next] == '\t';
  }

  /** Drops bytes up to the end of the line. */
  private void skipLine() throws IOException {
    // The line's beginning stays at the start of the buffer.
    System.arraycopy(buffer, from, buffer, 0, longest);
    from = 0;
    to = longest;
    int room = buffer.length - longest;
    if (room < 1 << 10) {
      buffer = Arrays.copyOf(buffer, longest + FIRST_SIZE);
      room = FIRST_SIZE;
    }
    while (true) {
      int read = in.read(buffer, longest, room);
      int end = read < 0 ? longest : Bytes.find(buffer, longest, longest + read, '\n');
      if (read < 0) {
        next = longest;
        limit = longest;
        return;
      } else if (end < longest + read) {
        next = end + 1;
        limit = longest + read;
        return;
      }
    }
  }

  /** Reads more bytes after those that are known; returns whether there were any. */
  private boolean more() throws IOException {
    if (limit == buffer.length) {
      if (from > 0) {
        int gone = from;
        System.arraycopy(buffer, from, buffer, 0, limit - from);
        limit -= gone;
        next -= gone;
        to -= gone;
        from = 0;
      } else {
        buffer =
            Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, longest + (long) FIRST_SIZE));
      }
    }
    int read = in.read(buffer, limit, buffer.length - limit);
    limit += Math.max(read, 0);
    return read > 0;
  }

  /**
   * Takes bytes after this line, whatever they are.
   *
   * @param count how many
   * @param most how many of them are wanted; the others are passed over
   * @return {@code count} bytes, or {@code most}, or fewer at the end
   */
  byte[] take(long count, int most) throws IOException {
    byte[] taken = new byte[(int) Math.min(Math.min(count, most), FIRST_SIZE)];
    int length = 0;
    long left = count;
    from = next;
    to = next;
    while (left > 0) {
      if (next == limit) {
        from = next;
        to = next;
        if (!more()) {
          break;
        }
      }
      int part = (int) Math.min(left, limit - next);
      int wanted = Math.min(part, most - length);
      if (length + wanted > taken.length) {
        taken =
            Arrays.copyOf(
                taken, (int) Math.min(most, Math.max(2L * taken.length, length + wanted)));
      }
      System.arraycopy(buffer, next, taken, length, wanted);
      length += wanted;
      next += part;
      left -= part;
      from = next;
      to = next;
    }
    return Arrays.copyOf(taken, length);
  }
}
