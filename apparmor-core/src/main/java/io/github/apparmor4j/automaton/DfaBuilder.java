package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
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
 *
 * <p>Members that last (stars) are the same in many states, and with many rules they are most of a
 * state's members. So a state is the number of the set of those ({@link Lasting}) and its other
 * members; what follows the lasting ones is worked out once for each such set, as a row that the
 * states with that set begin with. A state costs its other members.
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

    /** For each group the set that its parent doesn't lie in, -1 for group 0. */
    final int[] set;

    final int[][] children;

    /** For each group its classes. */
    final int[][] classes;

    /** The group of most bytes. */
    int largest;

    /**
     * Takes the wide sets; large ones should come first, because a set is gone through once for
     * each group that it makes.
     */
    Cut(int count, int[] wide, int[][] classesOf, int[] byteCounts) {
      groupOf = new int[count];
      List<Integer> sets = new ArrayList<>(List.of(-1));
      List<List<Integer>> below = new ArrayList<>(List.of(new ArrayList<>()));
      for (int next : wide) {
        Map<Integer, Integer> split = new HashMap<>();
        for (int c : classesOf[next]) {
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
      for (int c = 0; c < count; c++) {
        sizes[groupOf[c]]++;
        bytes[groupOf[c]] += byteCounts[c];
      }
      classes = new int[set.length][];
      for (int group = 0; group < set.length; group++) {
        classes[group] = new int[sizes[group]];
        if (bytes[group] > bytes[largest]) {
          largest = group;
        }
      }
      for (int c = count - 1; c >= 0; c--) {
        classes[groupOf[c]][--sizes[groupOf[c]]] = c;
      }
    }
  }

  /** For how long to look for what makes states multiply, in nanoseconds. */
  private static final long ENOUGH = 1_000_000_000;

  /** Sets of so many classes or fewer are narrow. */
  private static final int NARROW = 4;

  private final Nfa nfa;
  private final WorkLimits limits;
  private final int[] classOf;
  private final int classes;
  private final int[] byteCounts;

  /** For each byte set of {@link #nfa}, the classes in it. */
  private final int[][] classesOf;

  /**
   * Sets of NFA states by their numbers, each as its members that no lasting one covers, after one
   * element for the lasting ones, if there are any: the size of {@link #nfa} and their number.
   */
  private final IntSets sets = new IntSets();

  private final Lasting lasting;

  /**
   * For each set the state that it is, or 0; not all that are put together become states. A state
   * gets its number when its row is made.
   */
  private int[] stateOf = new int[64];

  private int[] setOf = new int[64];

  /** Sets that are to become states, from {@link #opened} to {@link #found}. */
  private int[] open = new int[64];

  private int opened;
  private int found;

  private final Rows rows;

  /** What follows a set of lasting states alone; the targets are numbers of sets. */
  private final Rows shared;

  /** For each set of lasting states one more than its row in {@link #shared}, or 0. */
  private int[] sharedBy = new int[64];

  /** For each row of {@link #shared} the number of the set of labels. */
  private int[] acceptedByShared = new int[64];

  /** The sets of labels that states accept with, and for each state the number of its set. */
  private final IntSets accepted = new IntSets();

  private static final int NOTHING = 0;
  private int[] acceptedBy = new int[64];

  private DfaBuilder(Nfa nfa, WorkLimits limits) {
    this.nfa = nfa;
    this.limits = limits;
    int byteSets = nfa.bytes.size();
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
    classesOf = new int[byteSets][];
    int[] in = new int[classes];
    for (int i = 0; i < byteSets; i++) {
      int size = 0;
      for (int c = 0; c < classes; c++) {
        if (nfa.bytes.get(i).contains(least[c])) {
          in[size++] = c;
        }
      }
      classesOf[i] = Arrays.copyOf(in, size);
    }
    rows = new Rows(classes);
    shared = new Rows(classes);
    into = rows;
    lasting = new Lasting(nfa);
    after.reserve(nfa.size());
    sets.reserve(nfa.size());
    accepted.reserve(nfa.labels);
    choices.reserve(byteSets);
    onlyBehind = new int[nfa.size()];
    firstMember = new int[byteSets];
    Arrays.fill(firstMember, -1);
    present = new int[byteSets];
    firstExtra = new int[classes];
    Arrays.fill(firstExtra, PLAIN);
    sharedTarget = new int[classes];
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
  public static Dfa build(List<Regex.Labelled> expressions, WorkLimits limits, Combiner combiner) {
    return new DfaBuilder(new Nfa(expressions), limits).build(combiner);
  }

  /**
   * Returns which expressions make states multiply, the worst first: those whose parts are in force
   * in about half of the states, for each of them doubles the others' states. For expressions that
   * can't be built to the end, a part of the states is looked at.
   *
   * @param states to look at, fewer if they take long or the memory of {@link WorkLimits#DEFAULT}
   * @return indices of the expressions with at least a tenth of the worst one's share
   */
  public static List<Integer> multiplying(List<Regex.Labelled> expressions, int states) {
    Nfa nfa = new Nfa(expressions);
    DfaBuilder builder = new DfaBuilder(nfa, WorkLimits.DEFAULT);
    long deadline = System.nanoTime() + ENOUGH;
    builder.begin();
    int seen = Dfa.START;
    try {
      // By breadth: a part of the states, but of all kinds.
      for (; seen < states && builder.opened < builder.found; seen++) {
        builder.check(deadline);
        builder.expand(builder.open[builder.opened++]);
      }
    } catch (TooComplexException e) {
      // A part is enough.
    }
    int[] times = new int[nfa.size()];
    for (int state = Dfa.START; state < seen; state++) {
      int set = builder.setOf[state];
      for (int i = builder.firstOther(set); i < builder.sets.last(set); i++) {
        times[builder.sets.pool()[i]]++;
      }
      for (int member : builder.lasting.covered(builder.stars(set))) {
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
    sets.clear();
    sets.intern(); // the trap
    rows.end(Dfa.TRAP);
    shared.end(Dfa.TRAP);
    sharedBy[Lasting.NONE] = 1;
    after.clear();
    after.addAll(nfa.start());
    if (after.size() == 0) {
      return false;
    }
    find(target(Dfa.TRAP));
    return true;
  }

  private Dfa build(Combiner combiner) {
    if (!begin()) {
      return Dfa.empty(); // no expression at all
    }
    long deadline = System.nanoTime() + limits.time().toNanos();
    // By depth: what follows a state has members near its own, which the processor has at hand.
    while (opened < found) {
      if ((rows.size() & 0xF) == 0) {
        check(deadline);
      }
      expand(open[--found]);
    }
    rows.renumber(stateOf);
    return new Dfa(label(combiner, deadline), classOf, rows);
  }

  private void check(long deadline) {
    checkInterrupt();
    if (System.nanoTime() - deadline > 0) {
      throw new TooComplexException("milliseconds", limits.time().toMillis());
    }
    if (bytes() > limits.bytes()) {
      throw new TooComplexException("bytes of memory", limits.bytes());
    }
  }

  static void checkInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted");
    }
  }

  /** Returns about how many bytes it takes to go on from here to a minimal automaton. */
  private long bytes() {
    long sharing = lasting.bytes() + shared.exceptions() * 8L + cuts.size() * (classes * 32L + 200);
    sharing += (choices.total() + accepted.total()) * 4;
    return sets.total() * 4
        + sets.count() * 20L
        + states() * 100L
        + rows.exceptions() * 40L
        + sharing;
  }

  private int[] label(Combiner combiner, long deadline) {
    int[] labelOf = new int[accepted.count()];
    int[] labels = new int[rows.size()];
    for (int state = 1; state < labels.length; state++) {
      int set = acceptedBy[state];
      if (set != NOTHING && labelOf[set] == 0) {
        if ((set & 0xFF) == 0) {
          check(deadline);
        }
        int[] sorted = accepted.get(set);
        Arrays.sort(sorted);
        labelOf[set] = combiner.combine(sorted, state) + 1;
      }
      labels[state] = set == NOTHING ? 0 : labelOf[set] - 1;
    }
    return labels;
  }

  // Scratch of expand(), all of it as it was found afterwards.

  /** What follows the members that have been looked at. */
  private final IntSets after = new IntSets();

  /** For each state of the NFA the set of just those behind it, or 0. */
  private final int[] onlyBehind;

  /** The wide byte sets of a state's members, and for each set the list of its members. */
  private final int[] present;

  private int presentCount;
  private final int[] firstMember;
  private int[] nextMember = new int[256];

  /** The members as a part of an array; where it begins. */
  private int[] members = new int[0];

  private int firstOfAll;

  /** For each class the list of its narrow byte sets, or PLAIN. */
  private final int[] firstExtra;

  private static final int PLAIN = -2;
  private int[] extraSet = new int[64];
  private int[] nextExtra = new int[64];

  /** For each class that isn't plain, what follows the lasting members. */
  private final int[] sharedTarget;

  /** The classes that aren't plain, by group. */
  private int[] firstInGroup = new int[16];

  private final int[] nextInGroup;
  private int[] sizeInGroup = new int[16];

  private final IntSets choices = new IntSets();
  private final List<Cut> cuts = new ArrayList<>();

  /** Where the row that is being written belongs. */
  private Rows into;

  /** The set that the largest group's classes lead to. */
  private int otherwise;

  /** Returns the number of the lasting members of a set. */
  private int stars(int set) {
    int first = sets.first(set);
    boolean none = first == sets.last(set) || sets.pool()[first] < nfa.size();
    return none ? Lasting.NONE : sets.pool()[first] - nfa.size();
  }

  /** Returns where the other members of a set begin. */
  private int firstOther(int set) {
    return sets.first(set) + (stars(set) == Lasting.NONE ? 0 : 1);
  }

  /** Makes a set the next state and finds those that it leads to. */
  private void expand(int set) {
    int state = rows.size();
    int base = share(stars(set));
    if (state >= acceptedBy.length) {
      acceptedBy = Arrays.copyOf(acceptedBy, state * 2);
      setOf = Arrays.copyOf(setOf, state * 2);
    }
    stateOf[set] = state;
    setOf[state] = set;
    into = rows;
    acceptedBy[state] = spread(sets.pool(), firstOther(set), sets.last(set), base);
    rows.end(otherwise);
    if (rows.exceptions() > limits.transitions()) {
      throw new TooComplexException("transitions", limits.transitions());
    }
    for (int i = rows.first(state); i < rows.last(state); i++) {
      find(rows.exceptionTarget(i));
    }
    find(otherwise);
  }

  /** Has a set become a state, if it hasn't been found before. */
  private void find(int set) {
    if (set >= stateOf.length) {
      stateOf = Arrays.copyOf(stateOf, Math.max(set + 1, stateOf.length * 2));
    }
    if (set == Dfa.TRAP || stateOf[set] != 0) {
      return;
    }
    if (states() >= limits.states()) {
      throw new TooComplexException("states", limits.states());
    }
    if (found == open.length) {
      open = Arrays.copyOf(open, found * 2);
    }
    open[found++] = set;
    stateOf[set] = FOUND;
  }

  private static final int FOUND = -1;

  /** Returns the number of states so far, those without a row among them. */
  private int states() {
    return rows.size() + found - opened;
  }

  /** Returns the row of what follows lasting states, made when it is first needed. */
  private int share(int stars) {
    if (stars >= sharedBy.length) {
      sharedBy = Arrays.copyOf(sharedBy, stars * 2);
    }
    if (sharedBy[stars] == 0) {
      int row = shared.size();
      if (row >= acceptedByShared.length) {
        acceptedByShared = Arrays.copyOf(acceptedByShared, row * 2);
      }
      into = shared;
      int[] covered = lasting.covered(stars);
      acceptedByShared[row] = spread(covered, 0, covered.length, sharedBy[Lasting.NONE] - 1);
      shared.end(otherwise);
      sharedBy[stars] = row + 1;
    }
    return sharedBy[stars] - 1;
  }

  /**
   * Writes what follows some members, and what a row of {@link #shared} has for the lasting ones.
   *
   * @param array with the members
   * @param from where they begin
   * @param to where they end
   * @return the set of the labels that are accepted
   */
  private int spread(int[] array, int from, int to, int base) {
    members = array;
    firstOfAll = from;
    int labels = list(to, acceptedByShared[base]);
    Cut cut = cut();
    narrow(cut, base);
    otherwise = Dfa.TRAP;
    after.clear();
    follow(cut, 0, shared.otherwise(base));
    for (int i = 0; i < presentCount; i++) {
      firstMember[present[i]] = -1;
    }
    return labels;
  }

  /** Lists members by byte set, and returns the set of the labels among them and of some more. */
  private int list(int to, int more) {
    if (nextMember.length < to - firstOfAll) {
      nextMember = new int[(to - firstOfAll) * 2];
    }
    presentCount = 0;
    accepted.clear();
    for (int i = firstOfAll; i < to; i++) {
      if (members[i] < nfa.labels) {
        accepted.add(members[i]);
      } else {
        int set = nfa.bytesOf[members[i]];
        if (firstMember[set] < 0) {
          present[presentCount++] = set;
        }
        nextMember[i - firstOfAll] = firstMember[set];
        firstMember[set] = i;
      }
    }
    if (accepted.size() == 0) {
      return more;
    }
    accepted.addAll(accepted, more);
    return accepted.intern();
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

  /**
   * Lists by group the classes that aren't plain: those with narrow sets, which are listed for each
   * class, and the exceptions of the shared row.
   */
  private void narrow(Cut cut, int base) {
    int groups = cut.set.length;
    if (groups > firstInGroup.length) {
      firstInGroup = new int[groups * 2];
      sizeInGroup = new int[groups * 2];
    }
    Arrays.fill(firstInGroup, 0, groups, -1);
    Arrays.fill(sizeInGroup, 0, groups, 0);
    for (int i = shared.first(base); i < shared.last(base); i++) {
      except(cut, shared.exceptionClass(i), shared.exceptionTarget(i));
    }
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
        if (firstExtra[c] == PLAIN) {
          except(cut, c, shared.otherwise(base));
        }
        extraSet[count] = present[i];
        nextExtra[count] = firstExtra[c];
        firstExtra[c] = count++;
      }
    }
  }

  private void except(Cut cut, int cls, int target) {
    int group = cut.groupOf[cls];
    nextInGroup[cls] = firstInGroup[group];
    firstInGroup[group] = cls;
    sizeInGroup[group]++;
    firstExtra[cls] = -1;
    sharedTarget[cls] = target;
  }

  /**
   * Writes the targets of the classes of a group and those below it. What is {@link #after} is what
   * follows the sets of its parent, before and afterwards.
   *
   * @param plain what follows the lasting members for plain classes
   */
  private void follow(Cut cut, int group, int plain) {
    int before = after.size();
    int set = cut.set[group];
    if (set >= 0) {
      collect(set);
    }
    int common = after.size();
    int[] classes = cut.classes[group];
    if (sizeInGroup[group] < classes.length) {
      int target = target(plain);
      if (group == cut.largest) {
        otherwise = target;
      } else {
        for (int c : classes) {
          if (firstExtra[c] == PLAIN) {
            into.put(c, target);
          }
        }
      }
    }
    for (int c = firstInGroup[group]; c >= 0; c = nextInGroup[c]) {
      int extra = firstExtra[c];
      if (common == 0 && extra >= 0 && nextExtra[extra] < 0 && sharedTarget[c] == Dfa.TRAP) {
        into.put(c, onlyTarget(extraSet[extra]));
      } else {
        for (int e = extra; e >= 0; e = nextExtra[e]) {
          collect(extraSet[e]);
        }
        into.put(c, target(sharedTarget[c]));
      }
      after.truncate(common);
      firstExtra[c] = PLAIN;
    }
    for (int child : cut.children[group]) {
      follow(cut, child, plain);
    }
    after.truncate(before);
  }

  private void collect(int set) {
    for (int i = firstMember[set]; i >= 0; i = nextMember[i - firstOfAll]) {
      nfa.addBehind(members[i], after);
    }
  }

  /** Returns the set of what follows one byte set, with nothing else {@link #after}. */
  private int onlyTarget(int set) {
    int first = firstMember[set];
    if (nextMember[first - firstOfAll] >= 0) {
      collect(set);
      return target(Dfa.TRAP);
    }
    int member = members[first];
    if (onlyBehind[member] == 0) {
      collect(set);
      onlyBehind[member] = target(Dfa.TRAP);
    }
    return onlyBehind[member];
  }

  /** Returns the union of a set and what is {@link #after}. */
  private int target(int part) {
    if (after.size() == 0) {
      return part;
    }
    int before = stars(part);
    int stars = lasting.with(before, after);
    sets.clear();
    if (stars != Lasting.NONE) {
      sets.reserve(nfa.size() + lasting.count());
      sets.add(nfa.size() + stars);
    }
    int passed = stars == before ? Lasting.NONE : stars;
    addOthers(passed, sets.pool(), firstOther(part), sets.last(part));
    addOthers(stars, after.elements(), 0, after.size());
    return sets.intern();
  }

  /** Adds those of some members that the lasting ones don't cover. */
  private void addOthers(int stars, int[] some, int from, int to) {
    if (stars == Lasting.NONE) {
      sets.addAll(some, from, to);
      return;
    }
    for (int i = from; i < to; i++) {
      if (!lasting.covers(stars, some[i])) {
        sets.add(some[i]);
      }
    }
  }
}
