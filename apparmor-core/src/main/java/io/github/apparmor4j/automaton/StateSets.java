package io.github.apparmor4j.automaton;

/**
 * Sets of an NFA's states by their numbers: each as its members that no lasting one covers, after
 * one element for the lasting ones, if there are any: the size of the NFA and the number of their
 * set ({@link Lasting}).
 */
final class StateSets {

  private final Nfa nfa;
  private final IntSets sets = new IntSets();
  private final Lasting lasting;

  /** What the next set is put together of, by whoever looks at members one after the other. */
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

  /** Returns the number of the lasting members of a set. */
  int stars(int set) {
    int first = sets.first(set);
    boolean none = first == sets.last(set) || sets.pool()[first] < nfa.size();
    return none ? Lasting.NONE : sets.pool()[first] - nfa.size();
  }

  /** Returns where the other members of a set begin. */
  int firstOther(int set) {
    return sets.first(set) + (stars(set) == Lasting.NONE ? 0 : 1);
  }

  /** Returns where the members of a set end. */
  int last(int set) {
    return sets.last(set);
  }

  /** Returns the members of a set of lasting ones. */
  int[] covered(int stars) {
    return lasting.covered(stars);
  }

  /** Returns about how many bytes the sets take. */
  long bytes() {
    return sets.total() * 4 + sets.count() * 20L + lasting.bytes();
  }

  /** Returns the union of a set and what is {@link #after}. */
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
