package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.Alias;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The aliases of a file. A rule about files whose path or link target starts with an alias's first
 * path holds a second time, with the other path there; the copies are not looked at again.
 */
final class Aliases {

  private static final Comparator<Alias> ORDER =
      Comparator.comparing(Alias::from).thenComparing(Alias::to);

  private final Map<String, Set<Alias>> byFrom = new HashMap<>();

  /** The lengths of first paths, so that a pattern is looked up and not compared with each. */
  private final Set<Integer> lengths = new TreeSet<>();

  void add(Alias alias) {
    byFrom.computeIfAbsent(alias.from(), from -> new TreeSet<>(ORDER)).add(alias);
    lengths.add(alias.from().length());
  }

  /** Returns the aliases that a pattern starts with, the shortest first. */
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

  /** Returns a pattern and what it is by aliases. */
  List<String> all(String pattern) {
    List<String> all = new ArrayList<>(List.of(pattern));
    for (Alias alias : of(pattern)) {
      all.add(other(alias, pattern));
    }
    return all;
  }

  private static String other(Alias alias, String pattern) {
    return alias.to() + pattern.substring(alias.from().length());
  }

  /** Returns what a rule is by aliases, without itself. */
  List<ResolvedRule> copies(ResolvedRule rule) {
    List<ResolvedRule> copies = new ArrayList<>();
    List<String> patterns;
    if (byFrom.isEmpty()) {
      return copies;
    }
    if (rule.rule() instanceof FileRule file && file.path() != null) {
      boolean link = file.target() != null && file.permissions().exec() == null;
      patterns = link ? file.patterns() : List.of(file.path());
    } else if (rule.rule() instanceof LinkRule link) {
      patterns = link.patterns();
    } else {
      return copies;
    }
    List<String> expanded = patterns.stream().map(rule::expanded).toList();
    Map<Alias, Map<String, String>> byAlias = new TreeMap<>(ORDER);
    for (int i = 0; i < patterns.size(); i++) {
      for (Alias alias : of(expanded.get(i))) {
        byAlias
            .computeIfAbsent(alias, a -> new HashMap<>(rule.expansions()))
            .put(patterns.get(i), other(alias, expanded.get(i)));
      }
    }
    byAlias
        .values()
        .forEach(other -> copies.add(new ResolvedRule(rule.rule(), rule.place(), other)));
    return copies;
  }
}
