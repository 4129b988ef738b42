package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.Language;
import io.github.apparmor4j.glob.GlobCover;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/**
 * Accesses of one kind with the same permissions: a set, as an automaton over the strings of the
 * kernel's tables. It is never empty. Immutable and thread-safe.
 */
public final class AccessSet {

  /** The rights to a file: the first half is for its owner, the second for others. */
  private static final int FILE_RIGHTS = 7;

  private static final int OWNERS = (1 << FILE_RIGHTS) - 1;

  private final Domain domain;
  private final int rights;
  private final Language strings;
  private final Language valid;

  private AccessSet(Domain domain, int rights, Language strings, Language valid) {
    this.domain = domain;
    this.rights = rights;
    this.strings = strings;
    this.valid = valid;
  }

  /**
   * Returns what an automaton holds: a set for each group of rights that hold for the same strings.
   *
   * @param rights the rights of a label, bit by bit; 0 for the label 0
   */
  static List<AccessSet> of(Domain domain, Dfa dfa, IntUnaryOperator rights, WorkLimits limits) {
    int all = 0;
    for (int state = Dfa.START; state < dfa.size(); state++) {
      all |= rights.applyAsInt(dfa.label(state));
    }
    List<AccessSet> sets = new ArrayList<>();
    for (int rest = all; rest != 0; rest &= rest - 1) {
      int right = Integer.lowestOneBit(rest);
      Language strings = Language.of(dfa, label -> (rights.applyAsInt(label) & right) != 0);
      boolean known = false;
      for (int i = 0; i < sets.size() && !known; i++) {
        AccessSet each = sets.get(i);
        known = each.strings.sameAs(strings);
        if (known) {
          sets.set(i, new AccessSet(domain, each.rights | right, strings, each.valid));
        }
      }
      if (!known) {
        Language valid = strings.and(domain.valid(), limits);
        if (!valid.isEmpty()) {
          sets.add(new AccessSet(domain, right, strings, valid));
        }
      }
    }
    return sets;
  }

  /** Returns the executions that lead to some labels; empty if there are none. */
  static Optional<AccessSet> executions(
      Domain domain, Dfa dfa, IntPredicate labels, WorkLimits limits) {
    Language strings = Language.of(dfa, labels);
    Language valid = strings.and(domain.valid(), limits);
    int rights = 0;
    for (int i = 0; i < domain.rights().size(); i++) {
      rights |= domain.rights().get(i).wanted() == AcceptBits.EXEC ? 1 << i : 0;
    }
    return valid.isEmpty()
        ? Optional.empty()
        : Optional.of(new AccessSet(domain, rights, strings, valid));
  }

  /** Returns the kind of rule that is about these accesses. */
  public RuleKind kind() {
    return domain.kind();
  }

  /** Returns the strings that a kernel really asks about. */
  Language strings() {
    return valid;
  }

  /**
   * Returns the permissions as rules name them, such as {@code owner rw} or {@code send}; empty for
   * kinds with only one.
   */
  public String permissions() {
    if (domain.kind() == RuleKind.FILE) {
      int own = rights & OWNERS;
      int others = rights >>> FILE_RIGHTS;
      if (own == others || own == 0 || others == 0) {
        String who = own == others ? "" : own == 0 ? "other " : "owner ";
        return who + letters(own | others);
      }
      return "owner " + letters(own) + " other " + letters(others);
    }
    return words().stream().filter(word -> !word.isEmpty()).collect(Collectors.joining(" "));
  }

  private Collection<String> words() {
    Collection<String> words = new TreeSet<>();
    for (int i = 0; i < domain.rights().size(); i++) {
      if ((rights >>> i & 1) != 0) {
        words.add(domain.rights().get(i).word());
      }
    }
    return words;
  }

  private FilePermissions letters(int half) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < FILE_RIGHTS; i++) {
      if ((half >>> i & 1) != 0) {
        letters.append(domain.rights().get(i).word());
      }
    }
    boolean writes = letters.indexOf("w") >= 0; // which implies appending
    return FilePermissions.of(letters.toString().replace(writes ? "a" : "", ""));
  }

  /** Returns one of the accesses, a shortest one, with all permissions that the set is about. */
  public Access witness() {
    byte[] string = valid.witness().orElseThrow();
    Domain.Right right = domain.rights().get(Integer.numberOfTrailingZeros(rights));
    Access access = domain.read(string, right);
    if (access instanceof Access.File file) {
      int own = rights & OWNERS;
      int others = rights >>> FILE_RIGHTS;
      int both = own & others;
      Ownership owner = both != 0 ? Ownership.ANY : own != 0 ? Ownership.OWNER : Ownership.OTHER;
      return new Access.File(
          file.path(), letters(both != 0 ? both : own != 0 ? own : others), owner);
    }
    return access;
  }

  /** Returns whether the set is about a right. */
  boolean has(Domain.Right right) {
    return (rights >>> domain.rights().indexOf(right) & 1) != 0;
  }

  /** Returns whether the set has accesses to a file; {@code false} for kinds other than files. */
  public boolean hasPath(String path) {
    return domain.kind() == RuleKind.FILE && valid.contains(SourceText.encode(path));
  }

  /**
   * Returns the set's paths as expressions; for other kinds, whose strings have several fields,
   * there are none, and what is shown should be the {@link #witness} and the rules.
   *
   * @param candidates expressions that may be good, such as those of rules
   */
  public GlobCover globs(Collection<String> candidates) {
    return domain.kind() == RuleKind.FILE
        ? GlobCover.of(strings, domain.valid(), candidates, GlobCover.MOST)
        : new GlobCover(false, List.of(), List.of());
  }

  /**
   * Returns the logarithm to base 2 of the number of strings of up to 64 bytes in the set: a
   * measure of its size, not of its importance.
   */
  public double log2Size() {
    return valid.log2Count(64);
  }

  @Override
  public String toString() {
    String permissions = permissions();
    return kind() + (permissions.isEmpty() ? "" : " " + permissions) + ": " + witness();
  }
}
