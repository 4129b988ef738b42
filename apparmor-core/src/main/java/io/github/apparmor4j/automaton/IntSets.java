package io.github.apparmor4j.automaton;

import java.util.Arrays;

/**
 * Sorted sets of ints, each stored once and known by its number. Open addressing; not thread-safe.
 */
final class IntSets {

  private int[][] sets = new int[64][];
  private int[] hashes = new int[64];
  private int[] table = new int[128];
  private int size;

  /**
   * Returns the number of a set, adding it if it is new; the array must be sorted, without repeats,
   * and is kept.
   */
  int intern(int[] set) {
    return intern(set, set.length);
  }

  /**
   * Returns the number of the set in an array's first elements; the array is copied if the set is
   * new.
   */
  int intern(int[] buffer, int length) {
    int hash = length;
    for (int i = 0; i < length; i++) {
      hash = hash * 0x9E3779B1 + buffer[i];
    }
    hash ^= hash >>> 15;
    int mask = table.length - 1;
    int slot = hash & mask;
    while (table[slot] != 0) {
      int id = table[slot] - 1;
      if (hashes[id] == hash && Arrays.equals(sets[id], 0, sets[id].length, buffer, 0, length)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    if (size == sets.length) {
      sets = Arrays.copyOf(sets, size * 2);
      hashes = Arrays.copyOf(hashes, size * 2);
    }
    sets[size] = buffer.length == length ? buffer.clone() : Arrays.copyOf(buffer, length);
    hashes[size] = hash;
    table[slot] = ++size;
    if (size * 2 > table.length) {
      grow();
    }
    return size - 1;
  }

  private void grow() {
    table = new int[table.length * 2];
    int mask = table.length - 1;
    for (int id = 0; id < size; id++) {
      int slot = hashes[id] & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = id + 1;
    }
  }

  int[] get(int id) {
    return sets[id];
  }

  int size() {
    return size;
  }
}
