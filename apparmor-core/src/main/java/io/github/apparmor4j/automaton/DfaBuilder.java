package io.github.apparmor4j.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Expressions to a deterministic automaton: the subset construction over classes of bytes.
 *
 * <p>A state's members are put together by their byte sets. The wide ones (a star, as a rule) cut
 * the classes into groups, the same for all states with the same wide sets ({@link Cut}); what
 * follows them is collected once for each group, and the narrow ones (a letter) only add a few
 * members to that. So a state costs its different targets, not its classes, and nothing is sorted
 * ({@link IntSets}).
 */
public final class DfaBuilder {

  /** What the labels of all expressions that match a string mean together. */
  @FunctionalInterface
  public interface Combiner {
    /**
     * Returns the label of a state.
     *
     * @param labels of the expressions that match there, ascending, without repeats, at least one
     * @param state the state, for {@link Dfa#witness}
     * @return 0 if nothing comes of it
     */
    int combine(int[] labels, int state);
  }

  /**
   * The groups of classes that a choice of wide byte sets tells apart, as a tree: a group lies in
   * one set more than its parent. Group 0 lies in none.
   */
  private static final class Cut {
    final int[] groupOf;

    /** For each group the set that its parent doesn't lie in. */
    final List<Integer> set = new ArrayList<>(List.of(-1));

    final List<List<Integer>> children = new ArrayList<>(List.of(new ArrayList<>()));

    /** For each group its classes. */
    final List<int[]> classes = new ArrayList<>();

    /** The group of most bytes. */
    int largest;

    /**
     * Takes the wide sets; large ones should come first, because a set is gone through once for
     * each group that it makes.
     */
    Cut(int classes, int[] wide, int[][] classesOf, int[] byteCounts) {
      groupOf = new int[classes];
      for (int next : wide) {
        Map<Integer, Integer> split = new HashMap<>();
        for (int c : classesOf[next]) {
          int before = groupOf[c];
          groupOf[c] = split.computeIfAbsent(before, group -> set.size());
          if (groupOf[c] == set.size()) {
            set.add(next);
            children.add(new ArrayList<>());
            children.get(before).add(groupOf[c]);
          }
        }
      }
      int[] sizes = new int[set.size()];
      int[] bytes = new int[set.size()];
      for (int c = 0; c < classes; c++) {
        sizes[groupOf[c]]++;
        bytes[groupOf[c]] += byteCounts[c];
      }
      for (int group = 0; group < sizes.length; group++) {
        this.classes.add(new int[sizes[group]]);
        if (bytes[group] > bytes[largest]) {
          largest = group;
        }
      }
      for (int c = classes - 1; c >= 0; c--) {
        this.classes.get(groupOf[c])[--sizes[groupOf[c]]] = c;
      }
    }
  }

  /** Sets of so many classes or fewer are narrow. */
  private static final int NARROW = 4;

  private final Nfa nfa;
  private final DfaLimits limits;
  private final int[] classOf;
  private final int classes;
  private final int[] byteCounts;

  /** For each byte set of {@link #nfa}, the classes in it. */
  private final int[][] classesOf;

  /** For each state of {@link #nfa} those behind it. */
  private final int[][] behind;

  private final IntSets states = new IntSets();
  private final Rows rows;

  /** The sets of labels that states accept with, and for each state the number of its set. */
  private final IntSets accepted = new IntSets();

  private static final int NOTHING = 0;
  private int[] acceptedBy = new int[64];

  private DfaBuilder(Nfa nfa, DfaLimits limits) {
    this.nfa = nfa;
    this.limits = limits;
    int sets = nfa.bytes.size();
    classOf = new int[ByteSet.MARK + 1];
    int count = 1;
    for (ByteSet set : nfa.bytes) {
      count = refine(set, count);
    }
    classes = count;
    int[] least = order();
    byteCounts = new int[classes];
    for (int value = 0; value < ByteSet.MARK; value++) {
      byteCounts[classOf[value]]++;
    }
    classesOf = new int[sets][];
    int[] in = new int[classes];
    for (int i = 0; i < sets; i++) {
      int size = 0;
      for (int c = 0; c < classes; c++) {
        if (nfa.bytes.get(i).contains(least[c])) {
          in[size++] = c;
        }
      }
      classesOf[i] = Arrays.copyOf(in, size);
    }
    rows = new Rows(classes);
    states.reserve(nfa.size());
    accepted.reserve(nfa.labels);
    choices.reserve(sets);
    behind = new int[nfa.size()][];
    for (int state = nfa.labels; state < behind.length; state++) {
      behind[state] = nfa.behind(state);
    }
    onlyBehind = new int[nfa.size()];
    firstMember = new int[sets];
    Arrays.fill(firstMember, -1);
    present = new int[sets];
    firstExtra = new int[classes];
    Arrays.fill(firstExtra, -1);
    nextInGroup = new int[classes];
  }

  /** Numbers the classes by their least symbols, and returns these. */
  private int[] order() {
    int[] number = new int[classes];
    Arrays.fill(number, -1);
    int[] least = new int[classes];
    int count = 0;
    for (int value = 0; value <= ByteSet.MARK; value++) {
      int c = classOf[value];
      if (number[c] < 0) {
        least[count] = value;
        number[c] = count++;
      }
      classOf[value] = number[c];
    }
    return least;
  }

  /** Splits each class by a set. */
  private int refine(ByteSet set, int count) {
    int[] inside = new int[count];
    int[] members = new int[count];
    for (int value = 0; value <= ByteSet.MARK; value++) {
      members[classOf[value]]++;
      if (set.contains(value)) {
        inside[classOf[value]]++;
      }
    }
    int[] split = new int[count];
    int next = count;
    for (int c = 0; c < count; c++) {
      if (inside[c] > 0 && inside[c] < members[c]) {
        split[c] = next++;
      }
    }
    if (next > count) {
      for (int value = 0; value <= ByteSet.MARK; value++) {
        if (split[classOf[value]] > 0 && set.contains(value)) {
          classOf[value] = split[classOf[value]];
        }
      }
    }
    return next;
  }

  /**
   * Returns the automaton of some expressions; not minimal.
   *
   * <p>Complexity: exponential in the expressions at the worst, hence the limits.
   *
   * @param expressions with labels
   * @param limits of the work
   * @param combiner called once for each different set of labels
   * @throws TooComplexException if a limit is met
   */
  public static Dfa build(List<Regex.Labelled> expressions, DfaLimits limits, Combiner combiner) {
    return new DfaBuilder(new Nfa(expressions), limits).build(combiner);
  }

  /**
   * Returns which expressions make states multiply, the worst first: those whose parts are in force
   * in about half of the states, for each of them doubles the others' states. For expressions that
   * can't be built to the end, a part of the states is looked at.
   *
   * @param states to look at
   * @return indices of the expressions with at least a tenth of the worst one's share
   */
  public static List<Integer> multiplying(List<Regex.Labelled> expressions, int states) {
    Nfa nfa = new Nfa(expressions);
    DfaBuilder builder = new DfaBuilder(nfa, DfaLimits.DEFAULT);
    builder.begin();
    int seen = Dfa.START;
    try {
      for (; seen < states && seen < builder.states.count(); seen++) {
        builder.expand(seen);
      }
    } catch (TooComplexException e) {
      // A part is enough.
    }
    int[] times = new int[nfa.size()];
    for (int state = Dfa.START; state < seen; state++) {
      for (int member : builder.states.get(state)) {
        times[member]++;
      }
    }
    double[] shares = new double[expressions.size()];
    double most = 0;
    for (int i = 0; i < shares.length; i++) {
      for (int member : nfa.states(expressions.get(i))) {
        double share = (double) times[member] / seen;
        shares[i] += share * (1 - share);
      }
      most = Math.max(most, shares[i]);
    }
    double enough = most / 10;
    return IntStream.range(0, shares.length)
        .filter(i -> shares[i] >= enough)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -shares[i]))
        .toList();
  }

  /** Makes the trap and the start, and returns whether there is one. */
  private boolean begin() {
    accepted.clear();
    accepted.intern(); // nothing
    states.clear();
    states.intern(); // the trap
    states.addAll(nfa.start());
    if (states.size() == 0) {
      return false;
    }
    states.intern();
    rows.end(Dfa.TRAP);
    return true;
  }

  private Dfa build(Combiner combiner) {
    if (!begin()) {
      return Dfa.empty(); // no expression at all
    }
    long deadline = System.nanoTime() + limits.time().toNanos();
    for (int state = Dfa.START; state < states.count(); state++) {
      if ((state & 0xFF) == 0) {
        checkInterrupt();
        if (System.nanoTime() - deadline > 0) {
          throw new TooComplexException("milliseconds", limits.time().toMillis());
        }
        if (bytes() > limits.bytes()) {
          throw new TooComplexException("bytes of memory", limits.bytes());
        }
      }
      expand(state);
    }
    return new Dfa(label(combiner), classOf, rows);
  }

  static void checkInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted");
    }
  }

  /** Returns about how many bytes it takes to go on from here to a minimal automaton. */
  private long bytes() {
    return states.total() * 4 + states.count() * 120L + rows.exceptions() * 40L;
  }

  private int[] label(Combiner combiner) {
    int[] labelOf = new int[accepted.count()];
    int[] labels = new int[states.count()];
    for (int state = 1; state < labels.length; state++) {
      int set = acceptedBy[state];
      if (set != NOTHING && labelOf[set] == 0) {
        int[] sorted = accepted.get(set).clone();
        Arrays.sort(sorted);
        labelOf[set] = combiner.combine(sorted, state) + 1;
      }
      labels[state] = set == NOTHING ? 0 : labelOf[set] - 1;
    }
    return labels;
  }

  // Scratch of expand(), all of it as it was found afterwards.

  /** For each state of the NFA the state that has just those behind it, or 0. */
  private final int[] onlyBehind;

  /** The wide byte sets of a state's members, and for each set the list of its members. */
  private final int[] present;

  private final int[] firstMember;
  private int[] nextMember = new int[256];

  /** For each class the list of its narrow byte sets. */
  private final int[] firstExtra;

  private int[] extraSet = new int[64];
  private int[] nextExtra = new int[64];

  /** The classes with narrow sets, by group. */
  private int[] firstInGroup = new int[16];

  private final int[] nextInGroup;
  private int[] sizeInGroup = new int[16];

  private final IntSets choices = new IntSets();
  private final List<Cut> cuts = new ArrayList<>();

  /** Adds a state's row. */
  private void expand(int state) {
    int[] members = states.get(state);
    if (state >= acceptedBy.length) {
      acceptedBy = Arrays.copyOf(acceptedBy, state * 2);
    }
    acceptedBy[state] = list(members);
    Cut cut = cut();
    narrow(cut);
    otherwise = Dfa.TRAP;
    states.clear();
    follow(cut, 0, members);
    rows.end(otherwise);
    if (rows.exceptions() > limits.transitions()) {
      throw new TooComplexException("transitions", limits.transitions());
    }
    for (int i = 0; i < presentCount; i++) {
      firstMember[present[i]] = -1;
    }
  }

  private int presentCount;

  /** Lists a state's members by byte set, and returns the set of the labels among them. */
  private int list(int[] members) {
    if (nextMember.length < members.length) {
      nextMember = new int[members.length * 2];
    }
    presentCount = 0;
    accepted.clear();
    for (int i = 0; i < members.length; i++) {
      if (members[i] < nfa.labels) {
        accepted.add(members[i]);
      } else {
        int set = nfa.bytesOf[members[i]];
        if (firstMember[set] < 0) {
          present[presentCount++] = set;
        }
        nextMember[i] = firstMember[set];
        firstMember[set] = i;
      }
    }
    return accepted.size() == 0 ? NOTHING : accepted.intern();
  }

  private Cut cut() {
    choices.clear();
    for (int i = 0; i < presentCount; i++) {
      if (classesOf[present[i]].length > NARROW) {
        choices.add(present[i]);
      }
    }
    int id = choices.intern();
    if (id == cuts.size()) {
      int[] wide =
          Arrays.stream(choices.get(id))
              .boxed()
              .sorted(Comparator.comparingInt(set -> -classesOf[set].length))
              .mapToInt(set -> set)
              .toArray();
      cuts.add(new Cut(classes, wide, classesOf, byteCounts));
    }
    return cuts.get(id);
  }

  /** Lists the narrow sets by class, and their classes by group. */
  private void narrow(Cut cut) {
    int groups = cut.set.size();
    if (groups > firstInGroup.length) {
      firstInGroup = new int[groups * 2];
      sizeInGroup = new int[groups * 2];
    }
    Arrays.fill(firstInGroup, 0, groups, -1);
    Arrays.fill(sizeInGroup, 0, groups, 0);
    int count = 0;
    for (int i = 0; i < presentCount; i++) {
      int[] in = classesOf[present[i]];
      if (in.length > NARROW) {
        continue;
      }
      if (count + NARROW > extraSet.length) {
        extraSet = Arrays.copyOf(extraSet, count * 2 + NARROW);
        nextExtra = Arrays.copyOf(nextExtra, count * 2 + NARROW);
      }
      for (int c : in) {
        if (firstExtra[c] < 0) {
          int group = cut.groupOf[c];
          nextInGroup[c] = firstInGroup[group];
          firstInGroup[group] = c;
          sizeInGroup[group]++;
        }
        extraSet[count] = present[i];
        nextExtra[count] = firstExtra[c];
        firstExtra[c] = count++;
      }
    }
  }

  /** The target of the largest group's classes. */
  private int otherwise;

  /**
   * Adds the targets of the classes of a group and those below it to the row. The growing set holds
   * what follows the sets of its parent, before and afterwards.
   */
  private void follow(Cut cut, int group, int[] members) {
    int before = states.size();
    int set = cut.set.get(group);
    if (set >= 0) {
      collect(set, members);
    }
    int common = states.size();
    int[] classes = cut.classes.get(group);
    if (sizeInGroup[group] < classes.length) {
      int target = target();
      if (group == cut.largest) {
        otherwise = target;
      } else {
        for (int c : classes) {
          if (firstExtra[c] < 0) {
            rows.put(c, target);
          }
        }
      }
    }
    for (int c = firstInGroup[group]; c >= 0; c = nextInGroup[c]) {
      int extra = firstExtra[c];
      if (common == 0 && nextExtra[extra] < 0) {
        rows.put(c, onlyTarget(extraSet[extra], members));
      } else {
        for (int e = extra; e >= 0; e = nextExtra[e]) {
          collect(extraSet[e], members);
        }
        rows.put(c, target());
      }
      states.truncate(common);
      firstExtra[c] = -1;
    }
    for (int child : cut.children.get(group)) {
      follow(cut, child, members);
    }
    states.truncate(before);
  }

  private void collect(int set, int[] members) {
    for (int i = firstMember[set]; i >= 0; i = nextMember[i]) {
      states.addAll(behind[members[i]]);
    }
  }

  /** Returns the state of what follows one byte set, which the growing set is empty before. */
  private int onlyTarget(int set, int[] members) {
    int first = firstMember[set];
    if (nextMember[first] >= 0) {
      collect(set, members);
      return target();
    }
    int member = members[first];
    if (onlyBehind[member] == 0) {
      collect(set, members);
      onlyBehind[member] = target();
    }
    return onlyBehind[member];
  }

  private int target() {
    int before = states.count();
    int id = states.intern();
    if (id == before && id >= limits.states()) {
      throw new TooComplexException("states", limits.states());
    }
    return id;
  }
}
