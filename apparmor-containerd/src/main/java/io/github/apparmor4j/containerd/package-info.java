/**
 * containerd: its default profile, the CRI and OCI fields that give a container another, its
 * configuration, and checks of running containers.
 *
 * <pre>{@code
 * String json = CriSecurityContext.of(ProfileRef.of(policy)).toJson();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.containerd;

import org.jspecify.annotations.NullMarked;
