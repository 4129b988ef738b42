package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.TooComplexException;
import java.util.Arrays;

/**
 * Sets of small ints, each stored once and known by a number. A set is built here, element by
 * element, and then looked up; the order of its elements makes no difference. Not thread-safe.
 *
 * <p>Nothing needs to be sorted: elements are stamped while a set grows, and its hash is a sum.
 */
final class IntSets {

  // The elements of all sets, one set after the other: set i has those from starts[i] on.
  private int[] pool = new int[256];
  private int[] starts = new int[65];
  private int count;

  /** Hash table with open addressing: the upper half of a set's hash, and its number plus one. */
  private long[] table = new long[128];

  private static final long UPPER = 0xFFFF_FFFF_0000_0000L;
  private static final int MOST = Integer.MAX_VALUE - 8;

  // The set that is being built.
  private int[] stamps = new int[256];
  private int stamp;
  private int[] elements = new int[64];
  private int size;
  private long hash;

  /** Makes room for elements below a number; before, only 0 to 255 are possible. */
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

  /** Returns one of the elements so far, in the order in which they were added. */
  int element(int index) {
    return elements[index];
  }

  /** Returns an array that begins with the elements so far; not to be changed. */
  int[] elements() {
    return elements;
  }

  /** Returns the elements so far. */
  int[] toArray() {
    return Arrays.copyOf(elements, size);
  }

  void add(int element) {
    if (stamps[element] != stamp) {
      if (size == elements.length) {
        elements = Arrays.copyOf(elements, size * 2);
      }
      stamps[element] = stamp;
      elements[size++] = element;
      hash += mix(element);
    }
  }

  void addAll(int... more) {
    addAll(more, 0, more.length);
  }

  /** Adds the elements of a set. */
  void addAll(IntSets of, int id) {
    addAll(of.pool, of.first(id), of.last(id));
  }

  /** Adds the elements of a part of an array. */
  void addAll(int[] more, int from, int to) {
    if (size + to - from > elements.length) {
      elements = Arrays.copyOf(elements, (size + to - from) * 2);
    }
    // This is the innermost loop of the subset construction; locals save loads and stores.
    int[] stamps = this.stamps;
    int[] elements = this.elements;
    int stamp = this.stamp;
    int size = this.size;
    long hash = this.hash;
    for (int i = from; i < to; i++) {
      int element = more[i];
      if (stamps[element] != stamp) {
        stamps[element] = stamp;
        elements[size++] = element;
        hash += mix(element);
      }
    }
    this.size = size;
    this.hash = hash;
  }

  /** Removes all elements but the first ones. */
  void truncate(int length) {
    while (size > length) {
      int element = elements[--size];
      stamps[element] = stamp - 1;
      hash -= mix(element);
    }
  }

  /** Returns the number of the set that was built; more elements may be added afterwards. */
  int intern() {
    int mask = table.length - 1;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    long entry = (hash & UPPER) | (count + 1);
    while (table[slot] != 0) {
      int id = (int) table[slot] - 1;
      if (((table[slot] ^ entry) & UPPER) == 0 && isCurrent(id)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    int start = starts[count];
    if (size > MOST - start) {
      throw new TooComplexException("elements of sets", MOST);
    }
    if (count + 1 == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
    }
    if (size > pool.length - start) {
      pool = Arrays.copyOf(pool, Math.max(start + size, (int) Math.min(MOST, pool.length * 2L)));
    }
    System.arraycopy(elements, 0, pool, start, size);
    table[slot] = entry;
    starts[++count] = start + size;
    if (count * 2 > table.length) {
      grow();
    }
    return count - 1;
  }

  private boolean isCurrent(int id) {
    int to = last(id);
    if (to - first(id) != size) {
      return false;
    }
    for (int i = first(id); i < to; i++) {
      if (stamps[pool[i]] != stamp) {
        return false;
      }
    }
    return true;
  }

  private void grow() {
    table = new long[table.length * 2];
    int mask = table.length - 1;
    for (int id = 0; id < count; id++) {
      long hash = 0;
      for (int i = first(id); i < last(id); i++) {
        hash += mix(pool[i]);
      }
      int slot = (int) (hash ^ hash >>> 32) & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = (hash & UPPER) | (id + 1);
    }
  }

  private static long mix(int value) {
    long z = (value + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 29) * 0xBF58476D1CE4E5B9L;
    return z ^ z >>> 32;
  }

  /** Returns the elements of a set in the order in which they were first added. */
  int[] get(int id) {
    return Arrays.copyOfRange(pool, first(id), last(id));
  }

  /** Returns an array with the elements of all sets so far; not to be changed. */
  int[] pool() {
    return pool;
  }

  /** Returns where a set's elements begin in {@link #pool}. */
  int first(int id) {
    return starts[id];
  }

  /** Returns where a set's elements end in {@link #pool}. */
  int last(int id) {
    return starts[id + 1];
  }

  /** Returns the number of elements of all sets. */
  long total() {
    return starts[count];
  }

  /** Returns the number of sets. */
  int count() {
    return count;
  }
}
