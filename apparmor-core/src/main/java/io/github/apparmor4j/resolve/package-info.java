/**
 * What a file means once its includes are followed and its variables expanded: {@link
 * io.github.apparmor4j.resolve.Resolver} makes {@link
 * io.github.apparmor4j.resolve.ResolvedProfile}s whose rules still know where they came from.
 *
 * <pre>{@code
 * Resolution resolution = Resolver.of(IncludeResolver.directories(Path.of("/etc/apparmor.d"))).resolve(parsed);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.resolve;

import org.jspecify.annotations.NullMarked;
