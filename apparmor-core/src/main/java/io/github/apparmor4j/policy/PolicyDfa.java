package io.github.apparmor4j.policy;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.vocabulary.AcceptWords;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A DFA as the kernel walks it: packed tables and, for each state, either two words of permissions
 * or the number of an entry in a table of permissions. State 0 is the trap, state 1 the start.
 * Treat the arrays as read-only.
 *
 * @param tables the transitions
 * @param accept for each state its permissions or, if there are {@code entries}, the number of its
 *     entry (the kernel's ACCEPT table)
 * @param accept2 for each state what is logged (ACCEPT2); if there are {@code entries}, 1 if tasks
 *     that don't own a file have the next entry; empty if the table is left out
 * @param entries permissions; empty for the form with words
 */
@SuppressWarnings("exports") // tables and entries are for this library; users walk and count
public record PolicyDfa(
    PackedDfa tables, int[] accept, int[] accept2, List<PermissionEntry> entries) {

  /** The state from which no string is accepted. */
  public static final int TRAP = Dfa.TRAP;

  /** The state that every string starts in. */
  public static final int START = Dfa.START;

  /** The forms in which permissions are written. */
  public enum Form {
    /** Two words for each state. */
    WORDS,
    /** A table of entries; those of files in pairs for owners and others (version 2). */
    ENTRIES,
    /** The same, with a flag at each state that has a pair (version 3). */
    FLAGGED_ENTRIES
  }

  /** Copies the entries, and rejects tables of different lengths. */
  public PolicyDfa {
    entries = List.copyOf(entries);
    boolean optional = !entries.isEmpty() && accept2.length == 0;
    if (accept.length != tables.size() || !(optional || accept2.length == accept.length)) {
      throw new IllegalArgumentException(
          accept.length + " and " + accept2.length + " words for " + tables.size() + " states");
    }
  }

  /**
   * Makes a DFA.
   *
   * @param tables the transitions
   * @param words the permissions of each state
   * @param form the form in which they are written
   * @param files whether the table is about files, so that words have two halves
   */
  public static PolicyDfa of(PackedDfa tables, AcceptWords[] words, Form form, boolean files) {
    if (form == Form.WORDS) {
      int[] accept = new int[words.length];
      int[] accept2 = new int[words.length];
      for (int s = 0; s < words.length; s++) {
        accept[s] = words[s].forWords().allow();
        accept2[s] = words[s].second();
      }
      return new PolicyDfa(tables, accept, accept2, List.of());
    }
    // State 0 has the first entry, and so has the start, in which no question ends.
    List<PermissionEntry> nothing = entries(AcceptWords.NONE, files);
    Map<AcceptWords, Integer> numbers = new HashMap<>();
    for (int s = Dfa.START + 1; s < words.length; s++) {
      numbers.put(words[s], 0);
    }
    Map<List<PermissionEntry>, List<AcceptWords>> sorted = new TreeMap<>(PolicyDfa::compare);
    for (AcceptWords each : numbers.keySet()) {
      sorted.computeIfAbsent(entries(each, files), entries -> new ArrayList<>()).add(each);
    }
    sorted.remove(nothing);
    List<PermissionEntry> all = new ArrayList<>(nothing);
    sorted.forEach(
        (entries, same) -> {
          same.forEach(each -> numbers.put(each, all.size()));
          all.addAll(entries);
        });
    int[] accept = new int[words.length];
    boolean flagged = files && form == Form.FLAGGED_ENTRIES;
    int[] accept2 = new int[flagged ? words.length : 0];
    for (int s = Dfa.START + 1; s < words.length; s++) {
      accept[s] = numbers.getOrDefault(words[s], 0);
      if (flagged) {
        accept2[s] = 1;
      }
    }
    return new PolicyDfa(tables, accept, accept2, all);
  }

  /** Compares the entries of two states, one or two of each. */
  private static int compare(List<PermissionEntry> left, List<PermissionEntry> right) {
    int first = left.get(0).compareTo(right.get(0));
    return first != 0 || left.size() == 1 ? first : left.get(1).compareTo(right.get(1));
  }

  private static List<PermissionEntry> entries(AcceptWords words, boolean files) {
    return files
        ? List.of(PermissionEntry.ofFile(words, true), PermissionEntry.ofFile(words, false))
        : List.of(PermissionEntry.ofPolicy(words));
  }

  /** Returns the number of states. */
  public int size() {
    return accept.length;
  }

  /** Returns the number of the entry of a state in the table of files. */
  int fileEntry(int state, boolean owner) {
    boolean single = accept2.length > 0 && (accept2[state] & 1) == 0;
    int entry = accept[state] + (owner || single ? 0 : 1);
    return Math.min(entry, entries.size() - 1);
  }

  /**
   * Returns what a state of the table of files grants, in the kernel's own bits. Words are mapped
   * as kernels map them.
   */
  public PermissionEntry fileEntryOf(int state, boolean owner) {
    return entries.isEmpty()
        ? PermissionEntry.ofFile(words(state), owner)
        : entries.get(fileEntry(state, owner));
  }

  /** Returns what a state of the policy table grants, in the kernel's own bits. */
  public PermissionEntry entryOf(int state) {
    return entries.isEmpty() ? PermissionEntry.ofPolicy(words(state)) : entries.get(accept[state]);
  }

  private AcceptWords words(int state) {
    return new AcceptWords(accept[state], 0, accept2[state], accept2[state] >>> 7);
  }

  /** The number of states that a kernel looks back for a loop. */
  private static final int LOOK_BACK = 32;

  /**
   * Returns how many bytes of a string match before the pattern repeats itself; 0 if the string is
   * not accepted. By this number a kernel prefers one attachment to another.
   *
   * <p>As in kernels, a step to a state that has no higher number and was visited within the last
   * 32 steps counts as a loop, and the bytes since that visit aren't counted
   * (docs/binary-policy.md).
   */
  public int leftMatch(byte[] string) {
    int[] visited = new int[Math.min(string.length, LOOK_BACK) + 1];
    int state = Dfa.START;
    int count = 0;
    boolean counting = true;
    for (int i = 0; i < string.length; i++) {
      int next = tables.step(state, string[i] & 0xFF);
      if (counting) {
        visited[i % visited.length] = state;
        count++;
        int back = next <= state ? stepsBack(visited, i, next) : 0;
        if (back > 0) {
          count -= back;
          counting = false;
        }
      }
      state = next;
    }
    return accept[state] == 0 ? 0 : count;
  }

  /** Returns how many steps ago a state was visited; 0 if it wasn't. */
  private static int stepsBack(int[] visited, int last, int state) {
    for (int back = 1; back <= visited.length && back <= last + 1; back++) {
      if (visited[(last + 1 - back) % visited.length] == state) {
        return back;
      }
    }
    return 0;
  }

  /** Returns the state that a byte, 0 to 255, leads to from a state. */
  public int step(int state, int value) {
    return tables.step(state, value);
  }

  /** Returns the state that bytes lead to from a state. */
  public int walk(int state, byte... bytes) {
    int at = state;
    for (byte value : bytes) {
      at = tables.step(at, value & 0xFF);
    }
    return at;
  }

  /** Returns the state that bytes lead to from the start. */
  public int walk(byte... bytes) {
    return walk(Dfa.START, bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PolicyDfa that
        && tables.equals(that.tables)
        && Arrays.equals(accept, that.accept)
        && Arrays.equals(accept2, that.accept2)
        && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return tables.hashCode() * 31 + Arrays.hashCode(accept);
  }

  @Override
  public String toString() {
    return "PolicyDfa[states=" + size() + "]";
  }
}
