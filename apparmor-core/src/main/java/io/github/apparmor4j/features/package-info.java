/**
 * What a kernel can enforce, or a policy was written for: {@link
 * io.github.apparmor4j.features.Features}.
 *
 * <pre>{@code
 * boolean enforced = Features.LINUX_6_12.has("mount");
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.features;

import org.jspecify.annotations.NullMarked;
