package io.github.apparmor4j.automaton;

import java.util.Arrays;

/**
 * Sets of small ints, each stored once and known by its number. A set is put together here, element
 * by element, and then looked up; its elements have no order. Not thread-safe.
 *
 * <p>Neither sorting nor comparing needs an order: elements are stamped while a set grows, and its
 * hash is a sum.
 */
final class IntSets {

  private int[][] sets = new int[64][];
  private long[] hashes = new long[64];
  private int[] table = new int[128];
  private int count;
  private long total;

  // The set that grows.
  private int[] stamps = new int[256];
  private int stamp;
  private int[] elements = new int[64];
  private int size;
  private long hash;
  private final int[] one = new int[1];

  /** Makes room for elements below a number; until then there are none but 0 to 255. */
  void reserve(int universe) {
    if (universe > stamps.length) {
      stamps = Arrays.copyOf(stamps, Math.max(universe, stamps.length * 2));
    }
  }

  /** Begins a new set. */
  void clear() {
    stamp++;
    size = 0;
    hash = 0;
  }

  /** Returns the number of elements so far. */
  int size() {
    return size;
  }

  /** Returns the first element; there must be one. */
  int first() {
    return elements[0];
  }

  void add(int element) {
    one[0] = element;
    addAll(one);
  }

  void addAll(int... more) {
    if (size + more.length > elements.length) {
      elements = Arrays.copyOf(elements, (size + more.length) * 2);
    }
    // This is the innermost loop of the subset construction: locals save it loads and stores.
    int[] stamps = this.stamps;
    int[] elements = this.elements;
    int stamp = this.stamp;
    int size = this.size;
    long hash = this.hash;
    for (int element : more) {
      if (stamps[element] != stamp) {
        stamps[element] = stamp;
        elements[size++] = element;
        hash += mix(element);
      }
    }
    this.size = size;
    this.hash = hash;
  }

  /** Takes back all elements but the first ones. */
  void truncate(int length) {
    while (size > length) {
      int element = elements[--size];
      stamps[element] = stamp - 1;
      hash -= mix(element);
    }
  }

  /** Returns the number of the set that was put together, which may go on growing. */
  int intern() {
    int mask = table.length - 1;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (table[slot] != 0) {
      int id = table[slot] - 1;
      if (hashes[id] == hash && isCurrent(sets[id])) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    if (count == sets.length) {
      sets = Arrays.copyOf(sets, count * 2);
      hashes = Arrays.copyOf(hashes, count * 2);
    }
    sets[count] = Arrays.copyOf(elements, size);
    hashes[count] = hash;
    total += size;
    table[slot] = ++count;
    if (count * 2 > table.length) {
      grow();
    }
    return count - 1;
  }

  private boolean isCurrent(int[] set) {
    if (set.length != size) {
      return false;
    }
    for (int element : set) {
      if (stamps[element] != stamp) {
        return false;
      }
    }
    return true;
  }

  private void grow() {
    table = new int[table.length * 2];
    int mask = table.length - 1;
    for (int id = 0; id < count; id++) {
      int slot = (int) (hashes[id] ^ hashes[id] >>> 32) & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = id + 1;
    }
  }

  private static long mix(int value) {
    long z = (value + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 29) * 0xBF58476D1CE4E5B9L;
    return z ^ z >>> 32;
  }

  /** Returns the elements of a set, in no particular order; not to be changed. */
  int[] get(int id) {
    return sets[id];
  }

  /** Returns the number of elements of all sets. */
  long total() {
    return total;
  }

  /** Returns the number of sets. */
  int count() {
    return count;
  }
}
