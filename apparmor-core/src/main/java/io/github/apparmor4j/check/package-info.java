/**
 * Checks beyond the grammar: {@link io.github.apparmor4j.check.ProfileChecks} runs them all over a
 * resolved file.
 *
 * <pre>{@code
 * List<Diagnostic> warnings = ProfileChecks.run(resolution, Features.LINUX_6_1);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.check;

import org.jspecify.annotations.NullMarked;
