package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manifests that were misread once, with the right answers. */
class KubernetesCasesTest {

  private static final String ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

  private static KubernetesManifest parse(String text) {
    return KubernetesManifest.parse(SourceText.of("f", text));
  }

  private static String codes(KubernetesManifest manifest, int minor) {
    return manifest.check(minor, null).stream()
        .map(one -> one.code().substring("AA-KUBE-00".length()) + "@" + one.place().line())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "42-kube-default-annotation.yaml, app=cri-containerd.apparmor.d debugger-x1=unconfined,"
        + " 17@6 17@7 09@18",
    "43-kube-annotation-in-deployment-meta.yaml, web=cri-containerd.apparmor.d, 17@6",
    "44-kube-localhost-prefix-in-field.yaml, c=web-strict d=cri-containerd.apparmor.d"
        + " e=cri-containerd.apparmor.d f=cri-containerd.apparmor.d, 20@11 04@16 04@21 04@28",
    "47-helm-template.yaml, '', 19@4",
    "48-windows.yaml, iis= iis=, 12@7",
    "55-windows-none.yaml, iis=, ''",
    "49-kustomize.yaml, '', 18@6",
    "50-kustomize-patch.yaml, web=web-strict, ''",
    "56-deploymentlist.yaml, x=unconfined, 09@11",
    "94-spo.yaml, c=test-profile, ''",
    "annempty.yaml, c=cri-containerd.apparmor.d, 06@5",
    "annotation-over-pod-field.yaml, c=unconfined, 16@6 09@6",
    "args-first.yaml, c=cri-containerd.apparmor.d, ''",
    "deploymeta.yaml, c=cri-containerd.apparmor.d, 17@6",
    "first-key-flow-list.yaml, c=cri-containerd.apparmor.d, ''",
    "psa-podlevel.yaml, c=cri-containerd.apparmor.d, 15@6",
    "rollout.yaml, c=unconfined c=cri-containerd.apparmor.d c=cri-containerd.apparmor.d,"
        + " 04@8 04@17 04@26 10@8",
    "tab.json, c=cri-containerd.apparmor.d, ''"
  })
  void isReadAsTheClusterWould(String file, String labels, String codes) throws IOException {
    KubernetesManifest manifest =
        KubernetesManifest.parse(
            SourceText.read(Shared.path("cases/containers/kubernetes").resolve(file)));
    assertThat(
            manifest.containers().stream()
                .map(container -> container.name() + "=" + container.label(34))
                .collect(Collectors.joining(" ")))
        .isEqualTo(labels);
    assertThat(codes(manifest, 34)).isEqualTo(codes);
    assertThat(manifest.check(34, Set.of("web-strict")))
        .as("an object of the operator is known")
        .noneMatch(one -> one.code().equals("AA-KUBE-0011"));
  }

  @ParameterizedTest
  @CsvSource({
    // annotation, pod's field, container's field; label by 1.29, 1.30, 1.35, 1.36
    "unconfined, RuntimeDefault, '', unconfined unconfined unconfined default",
    "unconfined, '', RuntimeDefault, unconfined default default default",
    "'', Unconfined, '', default unconfined unconfined unconfined",
    "localhost/a, Unconfined, '', a a a unconfined",
    "none, Unconfined, '', default unconfined unconfined unconfined",
    "localhost/localhost/a, '', '', a a a default",
  })
  void versionsDiffer(String annotation, String pod, String own, String labels) {
    String field = "securityContext: {appArmorProfile: {type: %s}}, ";
    KubernetesManifest manifest =
        parse(
            "kind: Pod\nmetadata: {annotations: {"
                + (annotation.equals("none") ? "" : ANNOTATION + "c: '" + annotation + "'")
                + "}}\nspec: {"
                + (pod.isEmpty() ? "" : field.formatted(pod))
                + "containers: [{"
                + (own.isEmpty() ? "" : field.formatted(own))
                + "name: c}]}\n");
    KubernetesContainer container = manifest.containers().get(0);
    assertThat(
            List.of(29, 30, 35, 36).stream()
                .map(container::label)
                .map(label -> label.replace("cri-containerd.apparmor.d", "default"))
                .collect(Collectors.joining(" ")))
        .isEqualTo(labels);
  }

  @Test
  void ephemeralContainersMayDiffer() {
    String text =
        "kind: Pod\nmetadata: {annotations: {"
            + ANNOTATION
            + "c: unconfined}}\nspec: {%s: [{name: c,"
            + " securityContext: {appArmorProfile: {type: RuntimeDefault}}}]}\n";
    assertThat(codes(parse(text.formatted("ephemeralContainers")), 34)).isEqualTo("07@2 15@2");
    assertThat(codes(parse(text.formatted("containers")), 34)).isEqualTo("06@2 15@2");
  }

  @Test
  void namesAreMeasuredInBytes() {
    String text =
        "kind: Pod\nspec: {containers: [{name: c, securityContext: {appArmorProfile: {type:"
            + " Localhost, localhostProfile: '%s'}}}]}\n";
    assertThat(parse(text.formatted("ü".repeat(2047))).diagnostics()).isEmpty();
    assertThat(codes(parse(text.formatted("ü".repeat(2048))), 34)).isEqualTo("04@2");
  }

  @Test
  void otherKindsAreReadByTheirPathOrNamed() {
    String text =
        """
        kind: Game
        spec:
          rooms:
          - pod:
              spec:
                containers:
                - {name: c, image: x, securityContext: {privileged: true}}
        """;
    assertThat(codes(parse(text), 34)).isEqualTo("18@6");
    KubernetesManifest known =
        KubernetesManifest.parse(SourceText.of("f", text), Map.of("Game", "spec.rooms[].pod"));
    assertThat(codes(known, 34)).isEqualTo("10@7");
    assertThat(known.withProfile(known.containers().get(0), ProfileRef.external("g")).toString())
        .contains(
            "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: g}, privileged: true}");
    assertThat(codes(parse("kind: Service\nspec: {template: {spec: {containers: []}}}\n"), 34))
        .as("not Knative's")
        .isEmpty();
    for (String object :
        List.of(
            "kind: StrimziPodSet\nspec: {pods: [{spec: {containers: [{name: c}]}}]}",
            "kind: LeaderWorkerSet\nspec: {leaderWorkerTemplate: {workerTemplate: {spec:"
                + " {containers: [{name: c}]}}}}",
            "kind: JobSet\nspec: {replicatedJobs: [{template: {spec: {template: {spec: {containers:"
                + " [{name: c}]}}}}}]}",
            "kind: Revision\napiVersion: serving.knative.dev/v1\nspec: {containers: [{name: c}]}")) {
      assertThat(parse(object).containers()).as(object).hasSize(1);
    }
  }

  @Test
  void bracesInStringsAreNoTemplate() {
    assertThat(parse("kind: Pod\nspec: {containers: [{name: c, args: ['{{x}}']}]}\n").diagnostics())
        .isEmpty();
    assertThat(codes(parse("kind: Pod\nmetadata:\n  name: {{ .Values.x }}\n"), 34))
        .isEqualTo("19@3");
  }
}
