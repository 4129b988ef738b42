/**
 * The meaning of a file once its includes are followed and its variables expanded: {@link
 * io.github.apparmor4j.resolve.Resolver} makes {@link
 * io.github.apparmor4j.resolve.ResolvedProfile}s whose rules still know where they came from.
 *
 * <pre>{@code
 * Resolver resolver = Resolver.of(IncludeResolver.directories(Path.of("/etc/apparmor.d")));
 * Resolution resolution = resolver.resolve(parsed);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.resolve;

import org.jspecify.annotations.NullMarked;
