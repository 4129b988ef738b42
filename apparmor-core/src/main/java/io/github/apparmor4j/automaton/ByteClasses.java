package io.github.apparmor4j.automaton;

import java.util.Arrays;
import java.util.List;

/**
 * Symbols (bytes, and the mark) that no byte set of an automaton's expressions tells apart, as
 * classes, numbered by their least symbols.
 */
final class ByteClasses {

  /** For each symbol its class. */
  final int[] classOf;

  final int count;

  /** For each class how many bytes are in it. */
  final int[] byteCounts;

  /** For each byte set the classes in it. */
  final int[][] in;

  ByteClasses(List<ByteSet> byteSets) {
    classOf = new int[ByteSet.MARK + 1];
    int classes = 1;
    for (ByteSet set : byteSets) {
      classes = refine(set, classes);
    }
    count = classes;
    int[] least = order();
    byteCounts = new int[count];
    for (int value = 0; value < ByteSet.MARK; value++) {
      byteCounts[classOf[value]]++;
    }
    in = new int[byteSets.size()][];
    int[] some = new int[count];
    for (int i = 0; i < in.length; i++) {
      int size = 0;
      for (int c = 0; c < count; c++) {
        if (byteSets.get(i).contains(least[c])) {
          some[size++] = c;
        }
      }
      in[i] = Arrays.copyOf(some, size);
    }
  }

  /** Numbers the classes by their least symbols, and returns these. */
  private int[] order() {
    int[] number = new int[count];
    Arrays.fill(number, -1);
    int[] least = new int[count];
    int next = 0;
    for (int value = 0; value <= ByteSet.MARK; value++) {
      int c = classOf[value];
      if (number[c] < 0) {
        least[next] = value;
        number[c] = next++;
      }
      classOf[value] = number[c];
    }
    return least;
  }

  /** Splits each class by a set. */
  private int refine(ByteSet set, int classes) {
    int[] inside = new int[classes];
    int[] members = new int[classes];
    for (int value = 0; value <= ByteSet.MARK; value++) {
      members[classOf[value]]++;
      if (set.contains(value)) {
        inside[classOf[value]]++;
      }
    }
    int[] split = new int[classes];
    int next = classes;
    for (int c = 0; c < classes; c++) {
      if (inside[c] > 0 && inside[c] < members[c]) {
        split[c] = next++;
      }
    }
    if (next > classes) {
      for (int value = 0; value <= ByteSet.MARK; value++) {
        if (split[classOf[value]] > 0 && set.contains(value)) {
          classOf[value] = split[classOf[value]];
        }
      }
    }
    return next;
  }
}
