/**
 * Docker: its default profile, the options that give a container another, compose files, and checks
 * of a daemon.
 *
 * <pre>{@code
 * List<String> arguments = DockerSecurityOptions.of(ProfileRef.of(policy)).cliArguments();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.docker;

import org.jspecify.annotations.NullMarked;
