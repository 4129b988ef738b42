package io.github.apparmor4j.automaton;

import java.util.Arrays;

/**
 * The transitions of an automaton: for each state a row with a default target, and exceptions for
 * some classes of bytes. Most states of AppArmor's automata treat nearly all bytes alike, so a row
 * has a handful of exceptions, but there are dozens of classes. Rows are added one after the other.
 * Not thread-safe while rows are added.
 */
final class Rows {

  private final int classes;

  /** For each state the default: the target of all classes without an exception. */
  private int[] otherwise = new int[64];

  /**
   * Where each state's exceptions begin. They ascend by class, and their targets are never the
   * default.
   */
  private int[] starts = new int[65];

  private int[] exceptionClass = new int[256];
  private int[] exceptionTarget = new int[256];
  private int size;

  // The row that is being written.
  private final int[] cells;
  private final long[] excepted;

  Rows(int classes) {
    this.classes = classes;
    this.cells = new int[classes];
    this.excepted = new long[(classes >> 6) + 1];
  }

  /** Returns the number of classes of bytes. */
  int classes() {
    return classes;
  }

  /** Returns the number of rows. */
  int size() {
    return size;
  }

  /** Returns the number of exceptions in all rows. */
  int exceptions() {
    return starts[size];
  }

  /** Sets a class's target in the row that is being written. */
  void put(int cls, int target) {
    cells[cls] = target;
    excepted[cls >> 6] |= 1L << cls;
  }

  /** Ends the row that is being written; the target is that of all other classes. */
  void end(int target) {
    if (size == otherwise.length) {
      otherwise = Arrays.copyOf(otherwise, size * 2);
      starts = Arrays.copyOf(starts, size * 2 + 1);
    }
    int at = starts[size];
    if (at + classes > exceptionClass.length) {
      int length = Math.max(at + classes, (int) Math.min(Integer.MAX_VALUE - 8, at * 2L));
      exceptionClass = Arrays.copyOf(exceptionClass, length);
      exceptionTarget = Arrays.copyOf(exceptionTarget, length);
    }
    for (int i = 0; i < excepted.length; i++) {
      for (long bits = excepted[i]; bits != 0; bits &= bits - 1) {
        int cls = (i << 6) + Long.numberOfTrailingZeros(bits);
        if (cells[cls] != target) {
          exceptionClass[at] = cls;
          exceptionTarget[at++] = cells[cls];
        }
      }
      excepted[i] = 0;
    }
    otherwise[size++] = target;
    starts[size] = at;
  }

  /** Replaces the targets in all rows by their new numbers. */
  void renumber(int... numbers) {
    for (int i = 0; i < size; i++) {
      otherwise[i] = numbers[otherwise[i]];
    }
    for (int i = 0; i < starts[size]; i++) {
      exceptionTarget[i] = numbers[exceptionTarget[i]];
    }
  }

  int otherwise(int state) {
    return otherwise[state];
  }

  /** Returns the index of a row's first exception. */
  int first(int state) {
    return starts[state];
  }

  /** Returns the index after a row's last exception. */
  int last(int state) {
    return starts[state + 1];
  }

  int exceptionClass(int index) {
    return exceptionClass[index];
  }

  int exceptionTarget(int index) {
    return exceptionTarget[index];
  }

  /** Returns the state that a class leads to. */
  int target(int state, int cls) {
    int at = Arrays.binarySearch(exceptionClass, starts[state], starts[state + 1], cls);
    return at < 0 ? otherwise[state] : exceptionTarget[at];
  }
}
