package io.github.apparmor4j.automaton;

/**
 * Numbered sets of NFA states. If a set has lasting members, its first element stands for them: it
 * is the size of the NFA plus the number of their set ({@link Lasting}). The other elements are the
 * members that the lasting ones don't imply.
 */
final class StateSets {

  private final Nfa nfa;
  private final IntSets sets = new IntSets();
  private final Lasting lasting;

  /** Successors that are being collected for the next set; see {@link #target}. */
  final IntSets after = new IntSets();

  StateSets(Nfa nfa) {
    this.nfa = nfa;
    this.lasting = new Lasting(nfa);
    after.reserve(nfa.size());
    sets.reserve(nfa.size());
    sets.clear();
    sets.intern(); // the trap
  }

  /** Returns the array with the members of all sets. */
  int[] pool() {
    return sets.pool();
  }

  /** Returns the number of the set of a set's lasting members. */
  int stars(int set) {
    int first = sets.first(set);
    boolean none = first == sets.last(set) || sets.pool()[first] < nfa.size();
    return none ? Lasting.NONE : sets.pool()[first] - nfa.size();
  }

  /** Returns where the other members of a set begin in {@link #pool}. */
  int firstOther(int set) {
    return sets.first(set) + (stars(set) == Lasting.NONE ? 0 : 1);
  }

  /** Returns where the members of a set end in {@link #pool}. */
  int last(int set) {
    return sets.last(set);
  }

  /** Returns all NFA states that a set of lasting ones implies, including themselves. */
  int[] covered(int stars) {
    return lasting.covered(stars);
  }

  /** Returns an estimate of the bytes that the sets take. */
  long bytes() {
    return sets.total() * 4 + sets.count() * 20L + lasting.bytes();
  }

  /** Returns the union of a set and {@link #after}. */
  int target(int part) {
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

  /** Adds the members that the lasting ones don't imply. */
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
