package io.github.apparmor4j.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Writer of the rows of sets of NFA states. A row has the set that each class of bytes leads to.
 *
 * <p>The members are grouped by their byte sets. Wide byte sets, usually those of stars, cut the
 * classes into groups, which are the same for all states with the same wide sets ({@link Cut}).
 * Successors are collected once for each group; narrow byte sets, such as a letter, only add a few.
 * So the cost of a state depends on its different targets, not on its classes, and nothing is
 * sorted ({@link IntSets}).
 *
 * <p>The successors of lasting members (stars) are worked out once for each set of them, as a
 * shared row from which all states with that set start. So a state costs only its other members.
 */
final class RowWriter {

  /** Byte sets of this many classes or fewer are narrow. */
  private static final int NARROW = 4;

  private static final int PLAIN = -2;

  private final Nfa nfa;
  private final ByteClasses classes;
  private final StateSets sets;

  /** The sets of labels that states accept. */
  final IntSets accepted = new IntSets();

  /** The rows of sets of lasting states alone; targets are numbers of sets. */
  private final Rows shared;

  /** For each set of lasting states its row in {@link #shared} plus one, or 0. */
  private int[] sharedBy = new int[64];

  /** For each row of {@link #shared} the number of its set of labels. */
  private int[] acceptedByShared = new int[64];

  /** Where the row is written to. */
  private Rows into;

  /** The set that the largest group's classes lead to. */
  private int otherwise;

  // Working memory; it is reset after each row.

  /** For each NFA state the set of its successors alone, or 0 if that isn't known yet. */
  private final int[] onlyBehind;

  /** The byte sets of a state's members, and for each byte set the list of its members. */
  private final int[] present;

  private int presentCount;
  private final int[] firstMember;
  private int[] nextMember = new int[256];

  /** The members, as a part of an array; {@link #firstOfAll} is where it begins. */
  private int[] members = new int[0];

  private int firstOfAll;

  /**
   * For each class the list of its narrow byte sets; {@link #PLAIN} if nothing distinguishes it
   * from its group.
   */
  private final int[] firstExtra;

  private int[] extraSet = new int[64];
  private int[] nextExtra = new int[64];

  /** For each class that isn't plain, the set that the lasting members lead to. */
  private final int[] sharedTarget;

  /** The classes that aren't plain, by group. */
  private int[] firstInGroup = new int[16];

  private final int[] nextInGroup;
  private int[] sizeInGroup = new int[16];

  private final IntSets choices = new IntSets();
  private final List<Cut> cuts = new ArrayList<>();

  RowWriter(Nfa nfa, ByteClasses classes, StateSets sets) {
    this.nfa = nfa;
    this.classes = classes;
    this.sets = sets;
    int byteSets = classes.in.length;
    accepted.reserve(nfa.labels);
    accepted.clear();
    accepted.intern(); // nothing
    choices.reserve(byteSets);
    onlyBehind = new int[nfa.size()];
    firstMember = new int[byteSets];
    Arrays.fill(firstMember, -1);
    present = new int[byteSets];
    firstExtra = new int[classes.count];
    Arrays.fill(firstExtra, PLAIN);
    sharedTarget = new int[classes.count];
    nextInGroup = new int[classes.count];
    shared = new Rows(classes.count);
    into = shared;
    shared.end(Dfa.TRAP);
    sharedBy[Lasting.NONE] = 1;
  }

  /**
   * Writes and ends the row of a set.
   *
   * @param row rows to add it to; targets are numbers of sets
   * @return the number of the set of labels that are accepted
   */
  int write(int set, Rows row) {
    int base = share(sets.stars(set));
    int labels = spread(sets.pool(), sets.firstOther(set), sets.last(set), base, row);
    row.end(otherwise);
    return labels;
  }

  /**
   * Returns an estimate of the bytes that this takes, without the sets and the rows that are
   * written.
   */
  long bytes() {
    return shared.exceptions() * 8L
        + cuts.size() * (classes.count * 32L + 200)
        + (choices.total() + accepted.total()) * 4;
  }

  /** Returns the shared row of a set of lasting states, which is made when first needed. */
  private int share(int stars) {
    if (stars >= sharedBy.length) {
      sharedBy = Arrays.copyOf(sharedBy, stars * 2);
    }
    if (sharedBy[stars] == 0) {
      int row = shared.size();
      if (row >= acceptedByShared.length) {
        acceptedByShared = Arrays.copyOf(acceptedByShared, row * 2);
      }
      int[] covered = sets.covered(stars);
      acceptedByShared[row] =
          spread(covered, 0, covered.length, sharedBy[Lasting.NONE] - 1, shared);
      shared.end(otherwise);
      sharedBy[stars] = row + 1;
    }
    return sharedBy[stars] - 1;
  }

  /**
   * Writes the successors of some members, on top of a row of {@link #shared} for the lasting ones.
   *
   * @param array array with the members
   * @param from index of the first member
   * @param to index after the last member
   * @param base row of {@link #shared} to start from
   * @param row rows to add it to
   * @return the number of the set of labels that are accepted
   */
  private int spread(int[] array, int from, int to, int base, Rows row) {
    into = row;
    members = array;
    firstOfAll = from;
    int labels = list(to, acceptedByShared[base]);
    Cut cut = cut();
    narrow(cut, base);
    otherwise = Dfa.TRAP;
    sets.after.clear();
    follow(cut, 0, shared.otherwise(base));
    for (int i = 0; i < presentCount; i++) {
      firstMember[present[i]] = -1;
    }
    return labels;
  }

  /**
   * Lists members by byte set; returns the set of the labels among them and of those in another
   * set.
   */
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
      if (classes.in[present[i]].length > NARROW) {
        choices.add(present[i]);
      }
    }
    int id = choices.intern();
    if (id == cuts.size()) {
      int[] wide =
          Arrays.stream(choices.get(id))
              .boxed()
              .sorted(Comparator.comparingInt(set -> -classes.in[set].length))
              .mapToInt(set -> set)
              .toArray();
      cuts.add(new Cut(classes, wide));
    }
    return cuts.get(id);
  }

  /**
   * Lists, by group, the classes that aren't plain: those with narrow sets, and the exceptions of
   * the shared row. The narrow sets are listed for each class.
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
      int[] in = classes.in[present[i]];
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
   * Writes the targets of the classes of a group and of the groups below it. When called, {@link
   * StateSets#after} holds the successors for the parent's sets, and so it does again on return.
   *
   * @param plain set that the lasting members lead to by plain classes
   */
  private void follow(Cut cut, int group, int plain) {
    int before = sets.after.size();
    int set = cut.set[group];
    if (set >= 0) {
      collect(set);
    }
    int common = sets.after.size();
    int[] inGroup = cut.members[group];
    if (sizeInGroup[group] < inGroup.length) {
      int target = sets.target(plain);
      if (group == cut.largest) {
        otherwise = target;
      } else {
        for (int c : inGroup) {
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
        into.put(c, sets.target(sharedTarget[c]));
      }
      sets.after.truncate(common);
      firstExtra[c] = PLAIN;
    }
    for (int child : cut.children[group]) {
      follow(cut, child, plain);
    }
    sets.after.truncate(before);
  }

  private void collect(int set) {
    for (int i = firstMember[set]; i >= 0; i = nextMember[i - firstOfAll]) {
      nfa.addBehind(members[i], sets.after);
    }
  }

  /** Returns the set of the successors for one byte set; {@link StateSets#after} must be empty. */
  private int onlyTarget(int set) {
    int first = firstMember[set];
    if (nextMember[first - firstOfAll] >= 0) {
      collect(set);
      return sets.target(Dfa.TRAP);
    }
    int member = members[first];
    if (onlyBehind[member] == 0) {
      collect(set);
      onlyBehind[member] = sets.target(Dfa.TRAP);
    }
    return onlyBehind[member];
  }
}
