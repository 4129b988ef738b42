/**
 * What container runtimes share: {@link io.github.apparmor4j.container.ProfileRef}, the name that a
 * runtime is told, and {@link io.github.apparmor4j.container.ContainerDefault}, the family of
 * default profiles.
 *
 * <pre>{@code
 * ProfileFile file = ContainerDefault.builder("my-default", ContainerTemplate.DOCKER_29).abi("abi/3.0").build();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.container;

import org.jspecify.annotations.NullMarked;
