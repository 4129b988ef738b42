/**
 * Kernels that hold policy: {@link io.github.apparmor4j.kernel.AppArmorKernel} is what they have in
 * common, {@link io.github.apparmor4j.kernel.SecurityFsKernel} is the running one, and {@link
 * io.github.apparmor4j.kernel.EmbeddedKernel} is one in memory, for tests and for machines without
 * AppArmor.
 *
 * <pre>{@code
 * AppArmorKernel kernel = EmbeddedKernel.linux6_12();
 * kernel.load(policy.toBytes());
 * boolean allowed = kernel.query("web", Access.file("/etc/shadow", "r")).allowed();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.kernel;

import org.jspecify.annotations.NullMarked;
