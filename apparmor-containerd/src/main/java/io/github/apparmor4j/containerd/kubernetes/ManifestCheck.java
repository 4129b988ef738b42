package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is worth a look in manifests, by the version of the cluster that gets them. */
final class ManifestCheck {

  private final int minor;
  private final @Nullable Set<String> known;
  private final Set<Diagnostic> found = new LinkedHashSet<>();

  /** Where it is said that containers are unconfined. */
  private final Set<SourcePlace> unconfined = new HashSet<>();

  private ManifestCheck(int minor, @Nullable Set<String> known) {
    this.minor = minor;
    this.known = known;
  }

  static List<Diagnostic> check(
      KubernetesManifest manifest, int minor, @Nullable Set<String> known) {
    Set<String> names = known == null ? null : new HashSet<>(known);
    if (names != null) {
      names.addAll(manifest.profiles());
    }
    ManifestCheck check = new ManifestCheck(minor, names);
    check.found.addAll(manifest.diagnostics());
    manifest.containers().forEach(check::look);
    manifest.containers().forEach(check::admit);
    return new ArrayList<>(check.found);
  }

  private void report(KubernetesProblem kind, SourcePlace place, String message) {
    found.add(Diagnostic.of(kind, place, message));
  }

  private void look(KubernetesContainer container) {
    KubernetesProfile own = container.own();
    KubernetesProfile field = own == null ? container.pod() : own;
    KubernetesProfile annotation = container.annotation();
    if (field != null && minor < KubernetesContainer.FIELDS) {
      report(
          KubernetesProblem.UNKNOWN_FIELD,
          field.place(),
          "Kubernetes 1." + minor + " knows no such field");
    }
    if (annotation != null) {
      look(annotation, own, container);
    }
    KubernetesProfile profile = container.effective(minor).orElse(null);
    SourcePlace place = profile == null ? container.place() : profile.place();
    String name = "container " + container.name() + " of " + container.workload();
    if (container.windows()) {
      return;
    } else if (profile != null && profile.type().equals(KubernetesProfile.UNCONFINED)) {
      unconfined.add(place);
      report(
          KubernetesProblem.UNCONFINED,
          place,
          name + " runs without a profile, which Pod Security's baseline forbids");
    } else if (container.label(minor).equals("unconfined")) {
      report(
          KubernetesProblem.PRIVILEGED,
          place,
          name + " is privileged, and so runs without a profile");
    } else if (known != null
        && profile != null
        && profile.type().equals(KubernetesProfile.LOCALHOST)
        && !known.contains(container.label(minor))) {
      report(
          KubernetesProblem.UNKNOWN_PROFILE,
          place,
          "the profile '" + container.label(minor) + "' is not among those that are loaded");
    }
  }

  private void look(
      KubernetesProfile annotation,
      @Nullable KubernetesProfile own,
      KubernetesContainer container) {
    KubernetesProfile pod = container.pod();
    boolean synced =
        minor >= KubernetesContainer.FIELDS && minor < KubernetesContainer.NO_ANNOTATIONS;
    if (own != null && !container.ephemeral() && !own.sameAs(annotation)) {
      String said = annotation.type().isEmpty() ? "nothing" : annotation.toString();
      report(
          KubernetesProblem.CONFLICTING_ANNOTATION,
          annotation.place(),
          "the annotation says " + said + ", the field " + own);
    } else if (synced
        && own == null
        && pod != null
        && !annotation.type().isEmpty()
        && !pod.sameAs(annotation)) {
      report(
          KubernetesProblem.OVERRIDING_ANNOTATION,
          annotation.place(),
          "the annotation holds, " + annotation + ", not the pod's field, " + pod);
    } else if (minor >= KubernetesContainer.FIELDS) {
      boolean lost = minor >= KubernetesContainer.NO_ANNOTATIONS && own == null;
      report(
          KubernetesProblem.DEPRECATED_ANNOTATION,
          annotation.place(),
          lost
              ? "Kubernetes 1." + minor + " takes no profile from an annotation"
              : "the annotation is deprecated");
    }
  }

  /** Reports what Pod Security admission refuses although it is not what counts. */
  private void admit(KubernetesContainer container) {
    KubernetesProfile effective = container.effective(minor).orElse(null);
    List<KubernetesProfile> all = new ArrayList<>();
    if (container.pod() != null) {
      all.add(container.pod());
    }
    if (container.annotation() != null) {
      all.add(container.annotation());
    }
    for (KubernetesProfile each : all) {
      boolean counts = effective != null && effective.place().equals(each.place());
      if (each.type().equals(KubernetesProfile.UNCONFINED)
          && !counts
          && !unconfined.contains(each.place())) {
        report(
            KubernetesProblem.FORBIDDEN,
            each.place(),
            "Pod Security's baseline forbids this, though it doesn't hold for " + container.name());
      }
    }
  }
}
