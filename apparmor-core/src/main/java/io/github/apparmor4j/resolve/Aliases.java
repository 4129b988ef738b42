package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.Alias;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The aliases of a file. A rule about files whose path or link target starts with an alias's first
 * path holds a second time, with the other path there; the copies are not looked at again.
 */
final class Aliases {

  private final TreeSet<Alias> aliases =
      new TreeSet<>(Comparator.comparing(Alias::from).thenComparing(Alias::to));

  void add(Alias alias) {
    aliases.add(alias);
  }

  /** Returns a pattern and what it is by aliases. */
  List<String> all(String pattern) {
    List<String> all = new ArrayList<>(List.of(pattern));
    for (Alias alias : aliases) {
      String other = other(alias, pattern);
      if (other != null) {
        all.add(other);
      }
    }
    return all;
  }

  private static @Nullable String other(Alias alias, String pattern) {
    return pattern.startsWith(alias.from())
        ? alias.to() + pattern.substring(alias.from().length())
        : null;
  }

  /** Returns what a rule is by aliases, without itself. */
  List<ResolvedRule> copies(ResolvedRule rule) {
    List<ResolvedRule> copies = new ArrayList<>();
    List<String> patterns;
    if (aliases.isEmpty()) {
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
    for (Alias alias : aliases) {
      Map<String, String> expansions = null; // made for the few rules that an alias is about
      for (int i = 0; i < patterns.size(); i++) {
        String other = other(alias, expanded.get(i));
        if (other != null) {
          expansions = expansions == null ? new HashMap<>(rule.expansions()) : expansions;
          expansions.put(patterns.get(i), other);
        }
      }
      if (expansions != null) {
        copies.add(new ResolvedRule(rule.rule(), rule.place(), expansions));
      }
    }
    return copies;
  }
}
