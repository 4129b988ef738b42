/**
 * containerd: its default profile, and the CRI and OCI fields that give a container another.
 *
 * <pre>{@code
 * String json = CriSecurityContext.of(ProfileRef.of(policy)).toJson();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.containerd;

import org.jspecify.annotations.NullMarked;
