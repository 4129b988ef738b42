package io.github.apparmor4j.containerd.kubernetes;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where objects of each kind have the pods that they make. */
final class WorkloadKinds {

  private static final String TEMPLATE = "spec.template";

  /** The API groups that kinds with a common name must be of. */
  private static final Map<String, String> GROUPS =
      Map.of(
          "Service", "serving.knative.dev/",
          "Configuration", "serving.knative.dev/",
          "Revision", "serving.knative.dev/",
          "Rollout", "argoproj.io/");

  private final Map<String, List<String>> paths = new TreeMap<>();

  /**
   * Makes the known kinds with others.
   *
   * @param others paths by kind, as {@link KubernetesManifest#parse(
   *     io.github.apparmor4j.source.SourceText, Map)} takes them
   */
  WorkloadKinds(Map<String, String> others) {
    paths.put("Pod", List.of(""));
    for (String kind :
        List.of(
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "ReplicationController",
            "Job",
            "Rollout", // Argo
            "DeploymentConfig", // OpenShift
            "Service", // Knative, with the next two
            "Configuration",
            "CloneSet")) { // OpenKruise
      paths.put(kind, List.of(TEMPLATE));
    }
    paths.put("Revision", List.of(""));
    paths.put("CronJob", List.of("spec.jobTemplate." + TEMPLATE));
    paths.put("PodTemplate", List.of("template"));
    paths.put("StrimziPodSet", List.of("spec.pods[]"));
    paths.put(
        "LeaderWorkerSet",
        List.of(
            "spec.leaderWorkerTemplate.leaderTemplate",
            "spec.leaderWorkerTemplate.workerTemplate"));
    paths.put("JobSet", List.of("spec.replicatedJobs[].template." + TEMPLATE));
    paths.put("ScaledJob", List.of("spec.jobTargetRef.template")); // KEDA
    others.forEach((kind, path) -> paths.put(kind, List.of(path)));
  }

  /**
   * Returns the paths from an object to its pods: keys between dots, {@code []} after one with a
   * list. Empty for a kind that isn't known to make pods.
   */
  List<String> of(String apiVersion, String kind) {
    String group = GROUPS.get(kind);
    boolean isOther = group != null && !apiVersion.isEmpty() && !apiVersion.startsWith(group);
    boolean isPlain = kind.equals("Service") && apiVersion.isEmpty();
    return isOther || isPlain ? List.of() : paths.getOrDefault(kind, List.of());
  }
}
