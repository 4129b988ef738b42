package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.source.SourcePlace;

/**
 * A rule in force, and where it came from.
 *
 * @param rule as it holds: without variables, and with what stands around it (a block's qualifiers)
 * @param written the rule as written, for whoever is shown it; the same object where nothing had to
 *     be replaced
 * @param place of the rule, with the includes that led there
 */
public record ResolvedRule(Rule rule, Rule written, SourcePlace place) {}
