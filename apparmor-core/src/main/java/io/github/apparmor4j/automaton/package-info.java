/**
 * Regular languages over bytes: {@link io.github.apparmor4j.automaton.Regex} trees, {@link
 * io.github.apparmor4j.automaton.Dfa}s with opaque labels, minimization, comparison with witnesses,
 * and packed tables. Knows nothing of AppArmor.
 *
 * <pre>{@code
 * Dfa dfa = DfaBuilder.build(List.of(Regex.text("ab").labelled(1)), WorkLimits.DEFAULT, labels -> labels.length);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.automaton;

import org.jspecify.annotations.NullMarked;
