/**
 * Kubernetes: the security context's field.
 *
 * <pre>{@code
 * String yaml = KubernetesSecurityContext.of(ProfileRef.of(policy)).toYaml();
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.containerd.kubernetes;

import org.jspecify.annotations.NullMarked;
