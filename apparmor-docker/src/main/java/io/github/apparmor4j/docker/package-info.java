/**
 * Docker: its default profile, and the options that give a container another.
 *
 * <pre>{@code
 * List<String> arguments = DockerSecurityOptions.of(ProfileRef.of(policy)).cliArguments();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.docker;

import org.jspecify.annotations.NullMarked;
