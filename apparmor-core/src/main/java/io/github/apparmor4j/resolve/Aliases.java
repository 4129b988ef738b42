package io.github.apparmor4j.resolve;

import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.profile.Alias;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The aliases of a file. A file rule whose path or link target starts with an alias's first path is
 * copied, with the second path in its place. No alias applies to the copies.
 */
final class Aliases {

  private static final Comparator<Alias> ORDER =
      Comparator.comparing(Alias::from).thenComparing(Alias::to);

  /** Bytes that a copy takes beside its characters. */
  private static final int COPY_BYTES = 200;

  private final Budget budget;
  private final Map<String, Set<Alias>> byFrom = new HashMap<>();

  /** The lengths of the first paths, so that a pattern is looked up and not compared with each. */
  private final Set<Integer> lengths = new TreeSet<>();

  Aliases(Budget budget) {
    this.budget = budget;
  }

  void add(Alias alias) {
    byFrom.computeIfAbsent(alias.from(), from -> new TreeSet<>(ORDER)).add(alias);
    lengths.add(alias.from().length());
  }

  /** Returns the aliases whose first path a pattern starts with, the shortest first. */
  private List<Alias> of(String pattern) {
    List<Alias> found = new ArrayList<>();
    for (int length : lengths) {
      if (length > pattern.length()) {
        break;
      }
      found.addAll(byFrom.getOrDefault(pattern.substring(0, length), Set.of()));
    }
    return found;
  }

  /** Returns a pattern and the patterns that aliases make of it. */
  List<String> all(String pattern) {
    List<String> all = new ArrayList<>(List.of(pattern));
    for (Alias alias : of(pattern)) {
      budget.take(COPY_BYTES + pattern.length() + alias.to().length());
      all.add(other(alias, pattern));
    }
    return all;
  }

  private static String other(Alias alias, String pattern) {
    return alias.to() + pattern.substring(alias.from().length());
  }

  /** Returns the copies of a rule that aliases make, without the rule itself. */
  List<ResolvedRule> copies(ResolvedRule rule) {
    List<ResolvedRule> copies = new ArrayList<>();
    if (byFrom.isEmpty()) {
      return copies;
    }
    Set<Alias> used = new TreeSet<>(ORDER);
    paths(rule.rule()).forEach(path -> used.addAll(of(path)));
    for (Alias alias : used) {
      if (paths(rule.rule()).contains(alias.from()) && alias.to().isEmpty()) {
        continue; // nothing is left, which matches no path
      }
      budget.take(COPY_BYTES + alias.to().length());
      copies.add(new ResolvedRule(copy(rule.rule(), alias), rule.written(), rule.place()));
    }
    return copies;
  }

  private static List<String> paths(Rule rule) {
    return rule instanceof FileRule || rule instanceof LinkRule ? rule.patterns() : List.of();
  }

  private static Rule copy(Rule rule, Alias alias) {
    return rule.withPatterns(path -> path.startsWith(alias.from()) ? other(alias, path) : path);
  }
}
