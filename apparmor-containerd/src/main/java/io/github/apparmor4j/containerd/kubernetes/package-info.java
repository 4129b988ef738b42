/**
 * Kubernetes: the security context's field, checks and edits of manifests, and manifests that bring
 * profiles to nodes.
 *
 * <pre>{@code
 * String yaml = KubernetesSecurityContext.of(ProfileRef.of(policy)).toYaml();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.containerd.kubernetes;

import org.jspecify.annotations.NullMarked;
