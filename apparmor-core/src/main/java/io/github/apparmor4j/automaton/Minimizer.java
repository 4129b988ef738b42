package io.github.apparmor4j.automaton;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The fewest states: Hopcroft's refinement in the form for partial automata of A. Valmari, "Fast
 * brief practical DFA minimization" (Information Processing Letters 112, 2012): transitions to the
 * trap don't exist, so their number doesn't count.
 *
 * <p>Two partitions are refined against each other: of states into blocks, and of transitions into
 * cords of those with the same byte class that lead into the same block.
 */
final class Minimizer {

  /**
   * A refinable partition of 0 to n-1. Elements of a set lie together in {@code elements[first[s]
   * .. end[s])}.
   */
  private static final class Partition {
    int sets;
    final int[] elements;
    final int[] location;
    final int[] setOf;
    final int[] first;
    final int[] end;
    final int[] marked;
    final int[] touched;
    int touchedCount;

    Partition(int n) {
      elements = new int[n];
      location = new int[n];
      setOf = new int[n];
      first = new int[n + 1];
      end = new int[n + 1];
      marked = new int[n + 1];
      touched = new int[n + 1];
      for (int i = 0; i < n; i++) {
        elements[i] = i;
        location[i] = i;
      }
      sets = n == 0 ? 0 : 1;
      end[0] = n;
    }

    /** Splits the one set by the values that {@code elements} is sorted by. */
    void splitSorted(int[] keyOf) {
      sets = 0;
      for (int i = 0; i < elements.length; i++) {
        location[elements[i]] = i;
        if (i > 0 && keyOf[elements[i]] != keyOf[elements[i - 1]]) {
          end[sets++] = i;
          first[sets] = i;
        }
        setOf[elements[i]] = sets;
      }
      if (elements.length > 0) {
        end[sets++] = elements.length;
      }
    }

    void mark(int element) {
      int set = setOf[element];
      int at = location[element];
      int to = first[set] + marked[set];
      if (at < to) {
        return;
      }
      elements[at] = elements[to];
      location[elements[at]] = at;
      elements[to] = element;
      location[element] = to;
      if (marked[set]++ == 0) {
        touched[touchedCount++] = set;
      }
    }

    /**
     * Makes sets of the marked or the unmarked elements of each touched set, whichever are fewer.
     */
    void split() {
      while (touchedCount > 0) {
        int set = touched[--touchedCount];
        int cut = first[set] + marked[set];
        if (cut == end[set]) {
          marked[set] = 0;
          continue;
        }
        if (marked[set] <= end[set] - cut) {
          first[sets] = first[set];
          end[sets] = first[set] = cut;
        } else {
          end[sets] = end[set];
          first[sets] = end[set] = cut;
        }
        for (int i = first[sets]; i < end[sets]; i++) {
          setOf[elements[i]] = sets;
        }
        marked[set] = 0;
        marked[sets++] = 0;
      }
    }
  }

  private Minimizer() {}

  static Dfa minimize(Dfa dfa) {
    boolean[] alive = alive(dfa);
    int states = dfa.size();
    int classes = dfa.classes();
    int count = 0;
    for (int s = 1; s < states; s++) {
      for (int c = 0; alive[s] && c < classes; c++) {
        if (alive[dfa.target(s, c)]) {
          count++;
        }
      }
    }
    int[] tail = new int[count];
    int[] cls = new int[count];
    int[] head = new int[count];
    int at = 0;
    for (int s = 1; s < states; s++) {
      for (int c = 0; alive[s] && c < classes; c++) {
        int target = dfa.target(s, c);
        if (alive[target]) {
          tail[at] = s;
          cls[at] = c;
          head[at++] = target;
        }
      }
    }
    Partition blocks = new Partition(states);
    int[] keys = blockKeys(dfa, alive);
    sortBy(blocks.elements, keys);
    blocks.splitSorted(keys);
    Partition cords = new Partition(count);
    sortBy(cords.elements, cls);
    cords.splitSorted(cls);
    refine(blocks, cords, tail, incoming(head, states), states);
    return rebuild(dfa, blocks, alive);
  }

  private static void refine(
      Partition blocks, Partition cords, int[] tail, int[][] incoming, int states) {
    int[] firstIn = incoming[0];
    int[] transitionsIn = incoming[1];
    int block = 1;
    for (int cord = 0; cord < cords.sets; cord++) {
      for (int i = cords.first[cord]; i < cords.end[cord]; i++) {
        blocks.mark(tail[cords.elements[i]]);
      }
      blocks.split();
      while (block < blocks.sets) {
        for (int i = blocks.first[block]; i < blocks.end[block]; i++) {
          int state = blocks.elements[i];
          for (int j = firstIn[state]; j < firstIn[state + 1]; j++) {
            cords.mark(transitionsIn[j]);
          }
        }
        cords.split();
        block++;
      }
    }
    if (blocks.sets > states) {
      throw new AssertionError("more blocks than states");
    }
  }

  /** Returns, for each state, where its incoming transitions begin in the second array. */
  private static int[][] incoming(int[] head, int states) {
    int[] first = new int[states + 1];
    for (int to : head) {
      first[to + 1]++;
    }
    for (int s = 0; s < states; s++) {
      first[s + 1] += first[s];
    }
    int[] fill = Arrays.copyOf(first, states);
    int[] in = new int[head.length];
    for (int t = 0; t < head.length; t++) {
      in[fill[head[t]]++] = t;
    }
    return new int[][] {first, in};
  }

  // Dead states, the trap among them, form a block; the others one for each label.
  private static int[] blockKeys(Dfa dfa, boolean[] alive) {
    int[] keys = new int[dfa.size()];
    Map<Integer, Integer> keyOfLabel = new HashMap<>();
    for (int s = 0; s < keys.length; s++) {
      keys[s] = alive[s] ? keyOfLabel.computeIfAbsent(dfa.label(s), l -> keyOfLabel.size() + 1) : 0;
    }
    return keys;
  }

  private static void sortBy(int[] elements, int[] keyOf) {
    int max = 0;
    for (int key : keyOf) {
      max = Math.max(max, key);
    }
    int[] starts = new int[max + 2];
    for (int element : elements) {
      starts[keyOf[element] + 1]++;
    }
    for (int k = 0; k <= max; k++) {
      starts[k + 1] += starts[k];
    }
    int[] sorted = new int[elements.length];
    for (int element : elements) {
      sorted[starts[keyOf[element]]++] = element;
    }
    System.arraycopy(sorted, 0, elements, 0, sorted.length);
  }

  /** Returns which states can still reach a label other than 0. */
  private static boolean[] alive(Dfa dfa) {
    int states = dfa.size();
    int classes = dfa.classes();
    int[] head = new int[states * classes];
    for (int s = 0; s < states; s++) {
      for (int c = 0; c < classes; c++) {
        head[s * classes + c] = dfa.target(s, c);
      }
    }
    int[][] incoming = incoming(head, states);
    boolean[] alive = new boolean[states];
    int[] queue = new int[states];
    int tail = 0;
    for (int s = 1; s < states; s++) {
      if (dfa.label(s) != 0) {
        alive[s] = true;
        queue[tail++] = s;
      }
    }
    for (int i = 0; i < tail; i++) {
      for (int j = incoming[0][queue[i]]; j < incoming[0][queue[i] + 1]; j++) {
        int from = incoming[1][j] / classes;
        if (!alive[from]) {
          alive[from] = true;
          queue[tail++] = from;
        }
      }
    }
    return alive;
  }

  private static Dfa rebuild(Dfa dfa, Partition blocks, boolean[] alive) {
    int classes = dfa.classes();
    int[] classOf = new int[ByteSet.MARK + 1];
    int[] order = new int[classes];
    Arrays.fill(order, -1);
    int used = 0;
    for (int value = 0; value <= ByteSet.MARK; value++) {
      int c = dfa.classOf(value);
      if (order[c] < 0) {
        order[c] = used++;
      }
      classOf[value] = order[c];
    }
    int[] oldClass = new int[used];
    for (int c = 0; c < classes; c++) {
      if (order[c] >= 0) {
        oldClass[order[c]] = c;
      }
    }
    // number[block] - 1 is the new state; the dead block is the trap, unless the start itself is
    // dead.
    int[] number = new int[blocks.sets];
    int[] representative = new int[blocks.sets + 2];
    number[blocks.setOf[Dfa.TRAP]] = Dfa.TRAP + 1;
    boolean empty = !alive[Dfa.START];
    if (!empty) {
      number[blocks.setOf[Dfa.START]] = Dfa.START + 1;
    }
    representative[Dfa.START] = Dfa.START;
    int size = 2;
    int[] rows = new int[(blocks.sets + 2) * used];
    for (int s = Dfa.START; s < size && !empty; s++) {
      for (int c = 0; c < used; c++) {
        int target = dfa.target(representative[s], oldClass[c]);
        int block = blocks.setOf[target];
        if (number[block] == 0) {
          representative[size] = target;
          number[block] = ++size;
        }
        rows[s * used + c] = number[block] - 1;
      }
    }
    int[] labels = new int[size];
    for (int s = 1; s < size; s++) {
      labels[s] = dfa.label(representative[s]);
    }
    return new Dfa(labels, classOf, used, Arrays.copyOf(rows, size * used));
  }
}
