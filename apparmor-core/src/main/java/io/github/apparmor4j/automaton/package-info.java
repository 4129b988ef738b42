/**
 * Regular languages over bytes: {@link io.github.apparmor4j.automaton.Regex} trees, {@link
 * io.github.apparmor4j.automaton.Dfa}s with opaque labels, minimization, comparison with witnesses,
 * and packed tables. Knows nothing of AppArmor.
 *
 * <pre>{@code
 * List<Regex.Labelled> expressions = List.of(Regex.text("ab").labelled(1));
 * Dfa dfa = DfaBuilder.build(expressions, WorkLimits.DEFAULT, (labels, state) -> labels.length);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.automaton;

import org.jspecify.annotations.NullMarked;
