/**
 * The kernel's binary policy: {@link io.github.apparmor4j.policy.KernelProfile}, its writer {@link
 * io.github.apparmor4j.policy.CompiledPolicy} and its checking reader {@link
 * io.github.apparmor4j.policy.PolicyReader}. The format is described in docs/binary-policy.md.
 *
 * <pre>{@code
 * List<KernelProfile> profiles = PolicyReader.read(bytes, PolicyReader.Kernel.LINUX_6_12);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.policy;

import org.jspecify.annotations.NullMarked;
