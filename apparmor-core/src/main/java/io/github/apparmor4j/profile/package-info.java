/**
 * The typed model of a profile file: {@link io.github.apparmor4j.profile.ProfileFile}, {@link
 * io.github.apparmor4j.profile.Profile} and a record for each kind of {@link
 * io.github.apparmor4j.profile.Rule}. Everything here is immutable and compares by value; the file
 * that a model came from is no part of it. {@code toString()} of every element is its canonical
 * text.
 *
 * <pre>{@code
 * Profile profile =
 *     Profile.builder("web")
 *         .attachment("/usr/sbin/web")
 *         .allow(FileRule.of("/srv/www/**", "r"), CapabilityRule.of(Capability.NET_BIND_SERVICE))
 *         .deny(FileRule.of("/etc/shadow", "rw"))
 *         .build();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.profile;

import org.jspecify.annotations.NullMarked;
