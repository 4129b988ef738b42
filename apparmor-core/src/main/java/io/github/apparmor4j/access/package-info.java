/**
 * Questions and answers: {@link io.github.apparmor4j.access.Access} asks, {@link
 * io.github.apparmor4j.access.Decision} answers, as the kernel would.
 *
 * <pre>{@code
 * Decision decision = Decider.decide(profile, Access.file("/etc/shadow", "r"));
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.access;

import org.jspecify.annotations.NullMarked;
