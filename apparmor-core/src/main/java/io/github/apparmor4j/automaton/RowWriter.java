package io.github.apparmor4j.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Writes what follows a set of an NFA's states as a row, by classes of bytes.
 *
 * <p>The members are put together by their byte sets. The wide ones (a star, as a rule) cut the
 * classes into groups, the same for all states with the same wide sets ({@link Cut}); what follows
 * them is collected once for each group, and the narrow ones (a letter) only add a few members to
 * that. So a state costs its different targets, not its classes, and nothing is sorted ({@link
 * IntSets}).
 *
 * <p>What follows the members that last (stars) is worked out once for each set of those, as a row
 * that the states with that set begin with. A state costs its other members.
 */
final class RowWriter {

  /** Sets of so many classes or fewer are narrow. */
  private static final int NARROW = 4;

  private static final int PLAIN = -2;

  private final Nfa nfa;
  private final ByteClasses classes;
  private final StateSets sets;

  /** The sets of labels that states accept with. */
  final IntSets accepted = new IntSets();

  /** What follows a set of lasting states alone; the targets are numbers of sets. */
  private final Rows shared;

  /** For each set of lasting states one more than its row in {@link #shared}, or 0. */
  private int[] sharedBy = new int[64];

  /** For each row of {@link #shared} the number of the set of labels. */
  private int[] acceptedByShared = new int[64];

  /** Where the row that is being written belongs. */
  private Rows into;

  /** The set that the largest group's classes lead to. */
  private int otherwise;

  // Scratch, all of it as it was found after each row.

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
   * @param row whose cells are numbers of sets
   * @return the set of the labels that are accepted
   */
  int write(int set, Rows row) {
    int base = share(sets.stars(set));
    int labels = spread(sets.pool(), sets.firstOther(set), sets.last(set), base, row);
    row.end(otherwise);
    return labels;
  }

  /** Returns about how many bytes it takes besides the sets and the rows that are written. */
  long bytes() {
    return shared.exceptions() * 8L
        + cuts.size() * (classes.count * 32L + 200)
        + (choices.total() + accepted.total()) * 4;
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
      int[] covered = sets.covered(stars);
      acceptedByShared[row] =
          spread(covered, 0, covered.length, sharedBy[Lasting.NONE] - 1, shared);
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
   * @param row whose it is
   * @return the set of the labels that are accepted
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
   * Writes the targets of the classes of a group and those below it. What is {@link
   * StateSets#after} is what follows the sets of its parent, before and afterwards.
   *
   * @param plain what follows the lasting members for plain classes
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

  /** Returns the set of what follows one byte set, with nothing else {@link StateSets#after}. */
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
