package io.github.apparmor4j.automaton;

import java.util.Arrays;
import java.util.List;

/**
 * Classes of symbols. Two symbols (bytes, or the mark) are in one class if every byte set of an
 * automaton's expressions has both or neither. Classes are numbered in the order of their least
 * symbols.
 */
final class ByteClasses {

  /** The class of each symbol. */
  final int[] classOf;

  final int count;

  /** The number of bytes in each class. */
  final int[] byteCounts;

  /** The classes in each byte set. */
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

  /** Numbers the classes in the order of their least symbols, and returns these symbols. */
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

  /** Splits each class into its symbols inside and outside a set; returns the number of classes. */
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
