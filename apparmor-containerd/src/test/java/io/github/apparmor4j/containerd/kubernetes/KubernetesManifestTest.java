package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesManifestTest {

  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
        annotations:
          container.apparmor.security.beta.kubernetes.io/old: localhost/from-annotation
      spec:
        securityContext:
          appArmorProfile: {type: Localhost, localhostProfile: of-pod}
        initContainers:
          - name: first
        containers:
          - name: own
            securityContext:
              appArmorProfile:
                type: Localhost
                localhostProfile: own
          - name: none
            securityContext:
              appArmorProfile:
                type: Unconfined
          - name: default
            securityContext:
              appArmorProfile:
                type: RuntimeDefault
          - name: all
            securityContext:
              privileged: true
              appArmorProfile:
                type: RuntimeDefault
      """;

  private static KubernetesManifest parse(String text) {
    return KubernetesManifest.parse(SourceText.of("web.yaml", text));
  }

  private static List<String> labels(KubernetesManifest manifest, int minor) {
    return manifest.containers().stream()
        .map(container -> container.name() + "=" + container.label(minor))
        .toList();
  }

  private static List<String> said(List<Diagnostic> diagnostics) {
    return diagnostics.stream()
        .map(found -> found.place().line() + " " + found.code() + " " + found.message())
        .toList();
  }

  @Test
  void takesTheContainersFieldBeforeThePods() {
    KubernetesManifest manifest = parse(POD.replaceFirst("  annotations:\n.*\n", ""));
    assertThat(manifest.diagnostics()).isEmpty();
    assertThat(labels(manifest, 34))
        .containsExactly(
            "first=of-pod",
            "own=own",
            "none=unconfined",
            "default=cri-containerd.apparmor.d",
            "all=unconfined");
    assertThat(said(manifest.check(34, Set.of("own"))))
        .containsExactly(
            "7 AA-KUBE-0011 the profile 'of-pod' is not among those that are loaded",
            "19 AA-KUBE-0009 container none of Pod web runs without a profile, which Pod Security's"
                + " baseline forbids",
            "28 AA-KUBE-0010 container all of Pod web is privileged, and so runs without a"
                + " profile");
  }

  @ParameterizedTest
  @CsvSource({
    // annotation, field, label by 1.29, 1.30, 1.35, 1.36
    "localhost/a, , a, a, a, cri-containerd.apparmor.d",
    "unconfined, , unconfined, unconfined, unconfined, cri-containerd.apparmor.d",
    "runtime/default, , cri-containerd.apparmor.d, cri-containerd.apparmor.d,"
        + " cri-containerd.apparmor.d, cri-containerd.apparmor.d",
    ", a, cri-containerd.apparmor.d, a, a, a",
    "localhost/a, a, a, a, a, a",
    ", , cri-containerd.apparmor.d, cri-containerd.apparmor.d, cri-containerd.apparmor.d,"
        + " cri-containerd.apparmor.d",
  })
  void readsAnnotationsAsFarAsAVersionDoes(
      String annotation, String field, String by29, String by30, String by35, String by36) {
    StringBuilder pod = new StringBuilder("kind: Pod\n");
    if (annotation != null) {
      pod.append("metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/c: ")
          .append(annotation)
          .append("}}\n");
    }
    pod.append("spec: {containers: [{name: c");
    if (field != null) {
      pod.append(", securityContext: {appArmorProfile: {type: Localhost, localhostProfile: ")
          .append(field)
          .append("}}");
    }
    KubernetesManifest manifest = parse(pod.append("}]}\n").toString());
    assertThat(manifest.diagnostics()).isEmpty();
    KubernetesContainer container = manifest.containers().get(0);
    assertThat(List.of(29, 30, 35, 36))
        .extracting(container::label)
        .containsExactly(by29, by30, by35, by36);
  }

  @Test
  void saysWhatAVersionPassesOver() {
    KubernetesManifest manifest = parse(POD);
    assertThat(said(manifest.diagnostics()))
        .containsExactly("6 AA-KUBE-0005 there is no container old");
    String text =
        """
        kind: Pod
        metadata:
          annotations:
            container.apparmor.security.beta.kubernetes.io/a: localhost/x
            container.apparmor.security.beta.kubernetes.io/b: localhost/x
        spec:
          containers:
            - name: a
            - name: b
              securityContext: {appArmorProfile: {type: RuntimeDefault}}
        """;
    assertThat(said(parse(text).check(36, null)))
        .containsExactly(
            "4 AA-KUBE-0007 Kubernetes 1.36 takes no profile from an annotation",
            "5 AA-KUBE-0006 the annotation says Localhost x, the field RuntimeDefault");
    assertThat(said(parse(text).check(29, null)))
        .containsExactly(
            "10 AA-KUBE-0008 Kubernetes 1.29 knows no such field",
            "5 AA-KUBE-0006 the annotation says Localhost x, the field RuntimeDefault");
    assertThat(said(parse(text).check(34, null)).get(0))
        .isEqualTo("4 AA-KUBE-0007 the annotation is deprecated");
  }

  @Test
  void findsPodsInWhateverMakesThem() {
    String template = "template: {spec: {containers: [{name: c}]}}";
    StringBuilder text = new StringBuilder("# nothing\n---\nkind: ConfigMap\n---\n");
    for (String kind : List.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")) {
      text.append("kind: " + kind + "\nmetadata: {name: x}\nspec: {" + template + "}\n---\n");
    }
    text.append("kind: CronJob\nspec: {jobTemplate: {spec: {" + template + "}}}\n---\n");
    text.append("kind: PodTemplate\n" + template + "\n---\n");
    text.append("kind: List\nitems:\n- kind: PodList\n  items:\n");
    text.append("  - {kind: Pod, spec: {ephemeralContainers: [{name: e}]}}\n");
    KubernetesManifest manifest = parse(text.toString());
    assertThat(manifest.diagnostics()).isEmpty();
    assertThat(manifest.containers())
        .extracting(KubernetesContainer::workload)
        .containsExactly(
            "Deployment x",
            "StatefulSet x",
            "DaemonSet x",
            "ReplicaSet x",
            "Job x",
            "CronJob without a name",
            "PodTemplate without a name",
            "Pod without a name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: Other}",
        "{type: localhost, localhostProfile: x}",
        "{localhostProfile: x}",
        "{type: Localhost}",
        "{type: Localhost, localhostProfile: ''}",
        "{type: Localhost, localhostProfile: ' x'}",
        "{type: Localhost, localhostProfile: localhost/}",
        "{type: Localhost, localhostProfile: 123}",
        "{type: Localhost, localhostProfile: yes}",
        "{type: RuntimeDefault, localhostProfile: x}",
        "{type: Unconfined, localhostProfile: ''}",
        "text",
        "{type: Localhost, type: Localhost, localhostProfile: x}"
      })
  void refusesWhatAnApiServerRefuses(String field) {
    String context = "securityContext: {appArmorProfile: " + field + "}";
    for (String spec :
        List.of(
            "{" + context + ", containers: [{name: c}]}",
            "{containers: [{name: c, " + context + "}]}")) {
      assertThat(Diagnostic.errors(parse("kind: Pod\nspec: " + spec + "\n").diagnostics()))
          .as(spec)
          .isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker/default", "x", "localhost/", "localhost/ x", "[]"})
  void refusesAnnotationsThatAnApiServerRefuses(String value) {
    assertThat(
            parse(
                    "kind: Pod\nmetadata: {annotations:"
                        + " {container.apparmor.security.beta.kubernetes.io/c: "
                        + (value.equals("[]") ? value : "'" + value + "'")
                        + "}}\nspec: {containers: [{name: c}]}\n")
                .diagnostics())
        .isNotEmpty();
  }

  @Test
  void refusesProfilesForWindows() {
    assertThat(
            said(
                parse(
                        "kind: Pod\nspec: {os: {name: windows}, containers: [{name: c},"
                            + " {name: d, securityContext: {appArmorProfile: {type:"
                            + " RuntimeDefault}}}]}\n")
                    .diagnostics()))
        .containsExactly("2 AA-KUBE-0012 a pod for windows has no AppArmor profile");
  }

  @Test
  void readsJson() {
    assertThat(
            labels(
                parse(
                    "{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"c\","
                        + " \"securityContext\": {\"appArmorProfile\": {\"type\": \"Localhost\","
                        + " \"localhostProfile\": \"web\"}}}]}}"),
                34))
        .containsExactly("c=web");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a: [", "- x: 1\n y", "a: *b", "kind: Pod\nspec: {containers: {}}", "\t"})
  void saysWhatIsNoManifest(String text) {
    assertThat(Diagnostic.errors(parse(text).diagnostics())).isNotEmpty();
  }

  @Test
  void keepsWhatStandsBeforeAMistake() {
    KubernetesManifest manifest =
        parse("kind: Pod\nspec: {containers: [{name: c}]}\n---\nkind: [\n");
    assertThat(manifest.containers()).hasSize(1);
    assertThat(manifest.diagnostics()).hasSize(1);
  }

  @Test
  void hasLimits() {
    StringBuilder laughs = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 40; i++) {
      laughs.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
    }
    parse(laughs + "kind: Pod\nspec: {containers: *a39}\n");
    assertThat(parse("a: ".repeat(2) + "[".repeat(10_000)).diagnostics()).isNotEmpty();
    assertThat(parse("# " + "x".repeat(17 << 20)).diagnostics()).hasSize(1);
  }

  // ---- few characters that describe much

  @Test
  void readsAnObjectOnceHoweverManyAliasesNameIt() {
    String doubling =
        IntStream.rangeClosed(1, 40)
            .mapToObj(
                i -> "- &l" + i + " {kind: List, items: [*l" + (i - 1) + ", *l" + (i - 1) + "]}\n")
            .collect(Collectors.joining());
    KubernetesManifest bomb =
        parse(
            "kind: List\nitems:\n- &l0 {kind: Pod, spec: {containers: [{name: a}]}}\n" + doubling);
    assertThat(bomb.containers()).as("each object once").hasSize(1);
    assertThat(bomb.diagnostics()).isEmpty();
    assertThat(parse("&l {kind: List, items: [*l]}\n").diagnostics()).isEmpty();
  }

  @Test
  void followsMergeKeysHoweverMany() {
    String chain =
        IntStream.rangeClosed(1, 10_000)
            .mapToObj(i -> "x" + i + ": &x" + i + " {<<: *x" + (i - 1) + "}\n")
            .collect(Collectors.joining());
    KubernetesManifest manifest =
        parse(
            "x0: &x0 {name: a}\n"
                + chain
                + "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{<<: *x10000}]}\n");
    assertThat(manifest.containers()).extracting(KubernetesContainer::name).containsExactly("a");
  }
}
