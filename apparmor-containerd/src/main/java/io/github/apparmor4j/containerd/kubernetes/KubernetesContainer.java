package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.containerd.CriDefaultProfile;
import io.github.apparmor4j.source.SourcePlace;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A container of a workload, with what its manifest says about its profile.
 *
 * @param workload the kind and name of the object: {@code Deployment web}
 * @param name the container's name
 * @param place where that name is written
 * @param privileged whether the container is privileged
 * @param ephemeral whether it is one of those that are put into a running pod
 * @param windows whether the pod is for Windows, where there is no AppArmor
 * @param own its own {@code appArmorProfile}; {@code null} if it has none
 * @param pod the pod's {@code appArmorProfile}; {@code null} if it has none
 * @param annotation the pod's annotation about the container; {@code null} if there is none
 */
public record KubernetesContainer(
    String workload,
    String name,
    SourcePlace place,
    boolean privileged,
    boolean ephemeral,
    boolean windows,
    @Nullable KubernetesProfile own,
    @Nullable KubernetesProfile pod,
    @Nullable KubernetesProfile annotation) {

  /** The first minor version that knows the fields. */
  static final int FIELDS = 30;

  /** The first minor version that takes no profile from an annotation. */
  static final int NO_ANNOTATIONS = 36;

  /** Rejects nulls. */
  public KubernetesContainer {
    Objects.requireNonNull(workload, "workload");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(place, "place");
  }

  /**
   * Returns the profile that counts in a version of Kubernetes: that of the container's field, else
   * of the annotation, else of the pod's field. (An API server of 1.30 to 1.35 makes the
   * container's field of an annotation; from 1.36 on, annotations mean nothing.) Empty if there is
   * none, which means the runtime's default.
   *
   * @param minor the minor version: 34 for 1.34
   */
  public Optional<KubernetesProfile> effective(int minor) {
    if (minor >= FIELDS && own != null) {
      return Optional.of(own);
    } else if (minor < NO_ANNOTATIONS && annotation != null && !annotation.type().isEmpty()) {
      return Optional.of(annotation);
    }
    return minor >= FIELDS ? Optional.ofNullable(pod) : Optional.empty();
  }

  /**
   * Returns the label that the container gets from containerd on a node with AppArmor: a profile's
   * name, {@code cri-containerd.apparmor.d} for the default, {@code unconfined} for none. Empty for
   * Windows.
   *
   * @param minor the minor version: 34 for 1.34
   */
  public String label(int minor) {
    KubernetesProfile profile = effective(minor).orElse(null);
    if (windows) {
      return "";
    } else if (profile != null && profile.type().equals(KubernetesProfile.LOCALHOST)) {
      return KubernetesProfile.withoutPrefix(profile.localhostProfile());
    } else if (privileged
        || (profile != null && profile.type().equals(KubernetesProfile.UNCONFINED))) {
      return "unconfined";
    }
    return CriDefaultProfile.NAME;
  }

  KubernetesContainer withOwn(@Nullable KubernetesProfile other) {
    return new KubernetesContainer(
        workload, name, place, privileged, ephemeral, windows, other, pod, annotation);
  }

  KubernetesContainer withPod(@Nullable KubernetesProfile other) {
    return new KubernetesContainer(
        workload, name, place, privileged, ephemeral, windows, own, other, annotation);
  }

  /** Returns whether another container says the same, wherever it is written. */
  boolean says(KubernetesContainer other) {
    return name.equals(other.name)
        && privileged == other.privileged
        && same(own, other.own)
        && same(pod, other.pod)
        && same(annotation, other.annotation);
  }

  private static boolean same(@Nullable KubernetesProfile one, @Nullable KubernetesProfile other) {
    return one == null ? other == null : other != null && one.sameAs(other);
  }
}
