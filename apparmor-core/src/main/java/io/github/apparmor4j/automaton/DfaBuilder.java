package io.github.apparmor4j.automaton;

import java.util.Arrays;
import java.util.List;

/**
 * Expressions to a deterministic automaton: the subset construction over classes of bytes.
 *
 * <p>A state's members are put together by their byte sets. Those of several classes (a star, as a
 * rule) cut the classes into groups, and what follows them is collected once for each group; those
 * of one class (a letter) only add a few members to that. So a state costs its different targets,
 * not its classes, and nothing is sorted ({@link IntSets}).
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

  private final Nfa nfa;
  private final DfaLimits limits;
  private final int[] classOf = new int[ByteSet.MARK + 1];
  private final int classes;

  /** For each byte set of {@link #nfa}, the classes in it. */
  private final int[][] classesOf;

  private final IntSets states = new IntSets();
  private int[] transitions;

  private DfaBuilder(Nfa nfa, DfaLimits limits) {
    this.nfa = nfa;
    this.limits = limits;
    int sets = nfa.bytes.size();
    int count = 1;
    for (ByteSet set : nfa.bytes) {
      count = refine(set, count);
    }
    classes = count;
    int[] first = new int[count];
    for (int value = ByteSet.MARK; value >= 0; value--) {
      first[classOf[value]] = value;
    }
    classesOf = new int[sets][];
    int[] in = new int[classes];
    for (int i = 0; i < sets; i++) {
      int size = 0;
      for (int c = 0; c < classes; c++) {
        if (nfa.bytes.get(i).contains(first[c])) {
          in[size++] = c;
        }
      }
      classesOf[i] = Arrays.copyOf(in, size);
    }
    transitions = new int[Math.max(64, classes * 64)];
    stateOf = new int[nfa.sets.count()];
    firstMember = new int[sets];
    Arrays.fill(firstMember, -1);
    present = new int[sets];
    groupOf = new int[classes];
    extraOf = new int[classes];
    Arrays.fill(extraOf, -1);
    touched = new int[classes];
    groupNext = new int[classes];
    // Each wide set at most doubles the groups, and no more than the classes are not empty; but
    // each class can open a group for each wide set.
    groupFirst = new int[64];
    groupBytes = new int[64];
    groupParent = new int[64];
    splitInto = new int[64];
    splitBy = new int[64];
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

  private Dfa build(Combiner combiner) {
    states.clear();
    states.intern(); // the trap
    states.addAll(nfa.sets.get(nfa.start));
    if (states.size() == 0) {
      // No expression at all: the start is a second state from which nothing matches.
      return new Dfa(new int[2], new int[ByteSet.MARK + 1], 1, new int[2]);
    }
    stateOf[nfa.start] = states.intern();
    for (int state = Dfa.START; state < states.count(); state++) {
      if ((state & 0xFF) == 0 && Thread.currentThread().isInterrupted()) {
        throw new TooComplexException("states before an interrupt", state);
      }
      expand(state);
    }
    int size = states.count();
    return new Dfa(label(combiner), classOf, classes, Arrays.copyOf(transitions, size * classes));
  }

  private int[] label(Combiner combiner) {
    int[] labels = new int[states.count()];
    IntSets accepted = new IntSets();
    accepted.clear();
    accepted.intern();
    int[] labelOf = new int[16];
    for (int state = 1; state < labels.length; state++) {
      accepted.clear();
      for (int member : states.get(state)) {
        if (member < nfa.labels) {
          accepted.add(member);
        }
      }
      int before = accepted.count();
      int id = accepted.intern();
      if (id == labelOf.length) {
        labelOf = Arrays.copyOf(labelOf, id * 2);
      }
      if (id == before) {
        int[] sorted = accepted.get(id).clone();
        Arrays.sort(sorted);
        labelOf[id] = combiner.combine(sorted, state);
      }
      labels[state] = labelOf[id];
    }
    return labels;
  }

  // Scratch of expand(), all of it as it was found afterwards.

  /** For each set of the NFA the state that has just its members, or 0. */
  private final int[] stateOf;

  /** The byte sets of a state's members, and for each one the list of its members. */
  private final int[] present;

  private final int[] firstMember;
  private int[] nextMember = new int[256];

  /** The classes that lead somewhere, each one's group, and the byte set of that class alone. */
  private final int[] touched;

  private final int[] groupOf;
  private final int[] extraOf;

  /**
   * For each group the list of its classes, and its byte sets: one, and those of another group.
   * Group 0 is without any.
   */
  private int[] groupFirst;

  private final int[] groupNext;
  private int[] groupBytes;
  private int[] groupParent;
  private int[] splitInto;
  private int[] splitBy;
  private int groups;

  /** Fills a state's row. */
  private void expand(int state) {
    int base = state * classes;
    if (transitions.length < base + classes) {
      if ((long) base + classes > limits.cells()) {
        throw new TooComplexException("transitions", limits.cells());
      }
      transitions =
          Arrays.copyOf(
              transitions, (int) Math.min(Integer.MAX_VALUE - 8, transitions.length * 2L));
    }
    int[] members = states.get(state);
    int presentCount = list(members);
    int touchedCount = group(presentCount);
    for (int i = 0; i < touchedCount; i++) {
      int c = touched[i];
      groupNext[c] = groupFirst[groupOf[c]];
      groupFirst[groupOf[c]] = c;
    }
    for (int group = 0; group < groups; group++) {
      if (groupFirst[group] >= 0) {
        follow(group, base, members);
      }
    }
    for (int i = 0; i < touchedCount; i++) {
      groupOf[touched[i]] = 0;
      extraOf[touched[i]] = -1;
    }
    for (int i = 0; i < presentCount; i++) {
      firstMember[present[i]] = -1;
    }
  }

  /** Lists a state's members by byte set. */
  private int list(int[] members) {
    if (nextMember.length < members.length) {
      nextMember = new int[members.length * 2];
    }
    int count = 0;
    for (int i = 0; i < members.length; i++) {
      if (members[i] >= nfa.labels) {
        int set = nfa.bytesOf[members[i]];
        if (firstMember[set] < 0) {
          present[count++] = set;
        }
        nextMember[i] = firstMember[set];
        firstMember[set] = i;
      }
    }
    return count;
  }

  /** Puts classes into groups by the wide sets they are in. */
  private int group(int presentCount) {
    groups = 0;
    openGroup(-1, -1);
    int touchedCount = 0;
    for (int i = 0; i < presentCount; i++) {
      int set = present[i];
      int[] in = classesOf[set];
      boolean wide = in.length > 1;
      for (int c : in) {
        int group = groupOf[c];
        if (group == 0 && extraOf[c] < 0) {
          touched[touchedCount++] = c;
        }
        if (!wide) {
          extraOf[c] = set;
          continue;
        }
        if (splitBy[group] != set) {
          splitBy[group] = set;
          splitInto[group] = groups;
          openGroup(set, group);
        }
        groupOf[c] = splitInto[group];
      }
    }
    return touchedCount;
  }

  private void openGroup(int set, int parent) {
    if (groups == groupFirst.length) {
      int length = groups * 2;
      groupFirst = Arrays.copyOf(groupFirst, length);
      groupBytes = Arrays.copyOf(groupBytes, length);
      groupParent = Arrays.copyOf(groupParent, length);
      splitInto = Arrays.copyOf(splitInto, length);
      splitBy = Arrays.copyOf(splitBy, length);
    }
    groupFirst[groups] = -1;
    groupBytes[groups] = set;
    groupParent[groups] = parent;
    splitBy[groups] = -1;
    groups++;
  }

  /** Fills the cells of a group's classes. */
  private void follow(int group, int base, int[] members) {
    int only = -1;
    if (groupParent[group] <= 0) {
      int set = groupBytes[group];
      only = set < 0 ? -1 : onlyNext(set, members);
    }
    boolean collected = false;
    int common = 0;
    int plain = -1;
    for (int c = groupFirst[group]; c >= 0; c = groupNext[c]) {
      int extra = extraOf[c];
      if (extra < 0 && plain >= 0) {
        transitions[base + c] = plain;
        continue;
      }
      int alone = extra < 0 ? only : group == 0 ? onlyNext(extra, members) : -1;
      if (alone >= 0 && stateOf[alone] != 0) {
        transitions[base + c] = stateOf[alone];
      } else {
        if (!collected) {
          collected = true;
          states.clear();
          for (int g = group; g > 0; g = groupParent[g]) {
            collect(groupBytes[g], members);
          }
          common = states.size();
        }
        if (extra >= 0) {
          collect(extra, members);
        }
        transitions[base + c] = target();
        states.truncate(common);
        if (alone >= 0) {
          stateOf[alone] = transitions[base + c];
        }
      }
      if (extra < 0) {
        plain = transitions[base + c];
      }
    }
  }

  /** Returns what follows a byte set if that is one set of the NFA, or -1. */
  private int onlyNext(int set, int[] members) {
    int first = firstMember[set];
    return nextMember[first] < 0 ? nfa.next[members[first]] : -1;
  }

  private void collect(int set, int[] members) {
    for (int i = firstMember[set]; i >= 0; i = nextMember[i]) {
      states.addAll(nfa.sets.get(nfa.next[members[i]]));
    }
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
