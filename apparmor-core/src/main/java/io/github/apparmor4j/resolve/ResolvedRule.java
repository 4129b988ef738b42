package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.source.SourcePlace;
import java.util.Map;

/**
 * A rule in force, and where it came from.
 *
 * @param rule as written
 * @param place of the rule, with the includes that led there
 * @param expansions its patterns that hold variables, with the variables expanded
 */
public record ResolvedRule(Rule rule, SourcePlace place, Map<String, String> expansions) {

  /** Copies the map. */
  public ResolvedRule {
    expansions = Map.copyOf(expansions);
  }

  /** Returns one of the rule's patterns with variables expanded. */
  public String expanded(String pattern) {
    return expansions.getOrDefault(pattern, pattern);
  }
}
