package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.source.SourcePlace;

/**
 * A rule as it is in force, and where it came from. Immutable and thread-safe.
 *
 * @param rule the rule with its variables replaced and with the qualifiers of the blocks around it
 * @param written the rule before its variables were replaced, to be shown to people; the same
 *     object if nothing had to be replaced
 * @param place the place of the rule, with the includes that led there
 */
public record ResolvedRule(Rule rule, Rule written, SourcePlace place) {}
