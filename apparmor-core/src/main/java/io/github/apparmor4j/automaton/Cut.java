package io.github.apparmor4j.automaton;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The classes, in groups that a choice of wide byte sets tells apart. The groups form a tree: each
 * lies in one more set than its parent. Group 0, the root, lies in none.
 */
final class Cut {
  final int[] groupOf;

  /** For each group, the set that it has in addition to its parent's; -1 for group 0. */
  final int[] set;

  final int[][] children;

  /** The classes of each group. */
  final int[][] members;

  /** The group with the most bytes. */
  int largest;

  /**
   * Divides the classes by the wide sets. Large sets should come first, because a set's members are
   * gone through once for each group that the set adds.
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
