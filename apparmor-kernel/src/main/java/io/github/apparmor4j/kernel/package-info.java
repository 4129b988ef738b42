/**
 * Kernels that enforce policy: {@link io.github.apparmor4j.kernel.AppArmorKernel}, and one in
 * memory for tests and machines without AppArmor.
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
