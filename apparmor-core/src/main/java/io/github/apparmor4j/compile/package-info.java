/**
 * Resolved profiles to binary policy: {@link io.github.apparmor4j.compile.PolicyCompiler}, and an
 * encoder for each kind of rule.
 *
 * <pre>{@code
 * CompiledPolicy policy = PolicyCompiler.forKernel(Features.LINUX_6_12).compile(resolution).orThrow();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.compile;

import org.jspecify.annotations.NullMarked;
