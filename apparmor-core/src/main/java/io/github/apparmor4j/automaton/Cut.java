package io.github.apparmor4j.automaton;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The groups of classes that a choice of wide byte sets tells apart, as a tree: a group lies in one
 * set more than its parent. Group 0 lies in none.
 */
final class Cut {
  final int[] groupOf;

  /** For each group the set that its parent doesn't lie in, -1 for group 0. */
  final int[] set;

  final int[][] children;

  /** For each group its classes. */
  final int[][] members;

  /** The group of most bytes. */
  int largest;

  /**
   * Takes the wide sets; large ones should come first, because a set is gone through once for each
   * group that it makes.
   */
  Cut(ByteClasses classes, int[] wide) {
    groupOf = new int[classes.count];
    List<Integer> sets = new ArrayList<>(List.of(-1));
    List<List<Integer>> below = new ArrayList<>(List.of(new ArrayList<>()));
    for (int next : wide) {
      Map<Integer, Integer> split = new HashMap<>();
      for (int c : classes.in[next]) {
        int before = groupOf[c];
        groupOf[c] = split.computeIfAbsent(before, group -> sets.size());
        if (groupOf[c] == sets.size()) {
          sets.add(next);
          below.add(new ArrayList<>());
          below.get(before).add(groupOf[c]);
        }
      }
    }
    set = sets.stream().mapToInt(next -> next).toArray();
    children =
        below.stream()
            .map(groups -> groups.stream().mapToInt(group -> group).toArray())
            .toArray(int[][]::new);
    int[] sizes = new int[set.length];
    int[] bytes = new int[set.length];
    for (int c = 0; c < classes.count; c++) {
      sizes[groupOf[c]]++;
      bytes[groupOf[c]] += classes.byteCounts[c];
    }
    members = new int[set.length][];
    for (int group = 0; group < set.length; group++) {
      members[group] = new int[sizes[group]];
      if (bytes[group] > bytes[largest]) {
        largest = group;
      }
    }
    for (int c = classes.count - 1; c >= 0; c--) {
      members[groupOf[c]][--sizes[groupOf[c]]] = c;
    }
  }
}
