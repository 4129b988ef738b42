package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("StringConcatToTextBlock") // white space is what is tested
class ManifestEditTest {

  private static final ProfileRef WEB = ProfileRef.external("web");

  private static KubernetesManifest parse(String text) {
    return KubernetesManifest.parse(SourceText.of("web.yaml", text));
  }

  private static String set(String text, ProfileRef profile) {
    KubernetesManifest manifest = parse(text);
    return manifest.withProfile(manifest.containers().get(0), profile).toString();
  }

  private static Arguments edit(String before, ProfileRef profile, String after) {
    return Arguments.of(before, profile, after);
  }

  private static String pod(String container) {
    return "kind: Pod # mine\nspec:\n  containers:\n" + container + "  # end\n";
  }

  static Stream<Arguments> edits() {
    ProfileRef odd = ProfileRef.external("a \"b\" # c");
    return Stream.of(
        edit(
            pod("  - name: c # its name\n    image: x\n"),
            WEB,
            pod(
                "  - name: c # its name\n    securityContext:\n      appArmorProfile:\n"
                    + "        type: Localhost\n        localhostProfile: web\n    image: x\n")),
        edit(
            pod("  - name: c\n    securityContext:\n      privileged: false\n"),
            ProfileRef.unconfined(),
            pod(
                "  - name: c\n    securityContext:\n      privileged: false\n"
                    + "      appArmorProfile:\n        type: Unconfined\n")),
        edit(
            pod("  - ports:\n    - {}\n    name: c\n    securityContext: {}\n"),
            WEB,
            pod(
                "  - ports:\n    - {}\n    name: c\n    securityContext: {appArmorProfile: {type:"
                    + " Localhost, localhostProfile: web}}\n")),
        edit(
            pod("  - name: c\n    securityContext: # none\n    image: x\n"),
            WEB,
            pod(
                "  - name: c\n    securityContext: {appArmorProfile: {type: Localhost,"
                    + " localhostProfile: web}} # none\n    image: x\n")),
        edit(
            pod(
                "  - name: c\n    securityContext:\n      appArmorProfile: # why\n"
                    + "        type: RuntimeDefault # so\n"),
            odd,
            pod(
                "  - name: c\n    securityContext:\n      appArmorProfile: # why\n"
                    + "        type: Localhost\n        localhostProfile: \"a \\\"b\\\" # c\" #"
                    + " so\n")),
        edit(
            pod(
                "  - name: c\n    securityContext:\n      appArmorProfile:\n"
                    + "        localhostProfile: old # o\n        type: Localhost\n"),
            WEB,
            pod(
                "  - name: c\n    securityContext:\n      appArmorProfile:\n"
                    + "        localhostProfile: web # o\n        type: Localhost\n")),
        edit(
            pod(
                "  - name: c\n    securityContext:\n      appArmorProfile:\n"
                    + "        type: Localhost\n        localhostProfile: old\n"),
            ProfileRef.runtimeDefault(),
            pod(
                "  - name: c\n    securityContext:\n      appArmorProfile:\n"
                    + "        type: RuntimeDefault\n")),
        edit(
            "kind: Pod\nspec: {containers: [{name: c}]}",
            WEB,
            "kind: Pod\nspec: {containers: [{securityContext: {appArmorProfile: {type: Localhost,"
                + " localhostProfile: web}}, name: c}]}"),
        edit(
            "{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"c\"}]}}",
            WEB,
            "{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"securityContext\":"
                + " {\"appArmorProfile\": {\"type\": \"Localhost\", \"localhostProfile\":"
                + " \"web\"}}, \"name\": \"c\"}]}}"),
        edit(
            "kind: Pod\r\nspec:\r\n  containers:\r\n  - name: c",
            ProfileRef.unconfined(),
            "kind: Pod\r\nspec:\r\n  containers:\r\n  - name: c\r\n    securityContext:\r\n"
                + "      appArmorProfile:\r\n        type: Unconfined"));
  }

  static Stream<String> forms() {
    return Stream.of(
        pod("  - args:\n    - a\n    - b\n    image: x\n    name: c\n"),
        pod("  - args: [a,\n      b]\n    name: c\n"),
        pod("  - command: |\n      a\n\n      b\n    name: c\n"),
        pod("  - env:\n    - name: x\n      value: >-\n        a\n        b\n    name: c\n"),
        pod("  - name: c\n    securityContext: {runAsUser: 1}\n    image: x\n"),
        pod("  - securityContext:\n      runAsUser: 1\n    name: c\n"),
        pod("  - name: c\n    securityContext:\n      capabilities:\n        add: [A]\n"),
        pod("  - name: c\n    image: x\n  - name: d\n"),
        "kind: Pod\nspec: {containers: [{name: c, image: x}]}\n",
        "{\n\t\"kind\": \"Pod\",\n\t\"spec\": {\"containers\": [{\"name\": \"c\"}]}\n}\n",
        "kind: List\nitems:\n- kind: Pod\n  spec:\n    containers:\n    - resources: {}\n      name: c\n");
  }

  @ParameterizedTest
  @MethodSource("forms")
  void whatIsSetCanBeUnset(String text) {
    KubernetesManifest before = parse(text);
    KubernetesContainer container = before.containers().get(0);
    KubernetesManifest set = before.withProfile(container, WEB);
    assertThat(set.containers().get(0).label(34)).isEqualTo("web");
    assertThat(set.withoutProfile(set.containers().get(0)).toString()).isEqualTo(text);
    assertThat(before.withoutProfile(container).toString()).isEqualTo(text);
    KubernetesManifest pod = before.withPodProfile(container, WEB);
    assertThat(pod.containers())
        .allSatisfy(one -> assertThat(one.label(34)).isEqualTo("web"))
        .allSatisfy(one -> assertThat(one.own()).isNull());
  }

  @Test
  void aContextOfNullIsReplaced() {
    for (String nothing : List.of("null", "~", "")) {
      String text = pod("  - name: c\n    securityContext: " + nothing + "\n");
      assertThat(set(text, WEB))
          .contains("securityContext: {appArmorProfile: {type: Localhost, localhostProfile: web}}");
    }
  }

  @Test
  void unsetKeepsWhatElseIsThere() {
    String text =
        pod(
            "  - securityContext:\n      appArmorProfile:\n        type: Unconfined # why\n"
                + "    image: x\n    name: c\n");
    KubernetesManifest manifest = parse(text);
    assertThat(manifest.withoutProfile(manifest.containers().get(0)).toString())
        .isEqualTo(pod("  - image: x\n    name: c\n"));
    KubernetesManifest flow =
        parse(
            "kind: Pod\nspec: {containers: [{name: c, securityContext: {a: b, appArmorProfile:"
                + " {type: Unconfined}}}]}\n");
    assertThat(flow.withoutProfile(flow.containers().get(0)).toString())
        .isEqualTo("kind: Pod\nspec: {containers: [{name: c, securityContext: {a: b}}]}\n");
  }

  @ParameterizedTest
  @MethodSource("edits")
  void changesOneContainerAndNothingElse(String before, ProfileRef profile, String after) {
    assertThat(set(before, profile)).isEqualTo(after);
  }

  @Test
  void refusesWhatIsShared() {
    assertThatThrownBy(
            () ->
                set(
                    "x: &x {privileged: true}\nkind: Pod\nspec:\n  containers:\n  - name: c\n"
                        + "    securityContext: *x\n",
                    WEB))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("alias");
    KubernetesManifest other = parse("kind: Pod\nspec: {containers: [{name: d}]}\n");
    assertThatThrownBy(
            () ->
                parse("kind: Pod\nspec: {containers: [{name: c}]}\n")
                    .withProfile(other.containers().get(0), WEB))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theAnchorOfAScalarIsNotEdited() {
    for (String field :
        List.of(
            "{type: *x}",
            "{type: *x, localhostProfile: a}",
            "{type: Localhost, localhostProfile: *x}")) {
      String text =
          "x: &x Localhost\nkind: Pod\nspec:\n  containers:\n  - name: c\n"
              + "    securityContext: {appArmorProfile: "
              + field
              + "}\n";
      assertThatThrownBy(() -> set(text, WEB))
          .as(field)
          .isInstanceOf(DiagnosticException.class)
          .hasMessageContaining("alias");
    }
  }

  @Test
  void writesFieldsForAnnotations() {
    String text =
        """
        kind: Pod
        metadata:
          annotations:
            container.apparmor.security.beta.kubernetes.io/a: localhost/x
            container.apparmor.security.beta.kubernetes.io/b: unconfined
        spec:
          containers:
          - name: a
          - name: b
            securityContext: {appArmorProfile: {type: Unconfined}}
          - name: c
        """;
    KubernetesManifest migrated = parse(text).withFieldsForAnnotations();
    assertThat(migrated)
        .hasToString(
            text.replace(
                "- name: a\n",
                "- name: a\n    securityContext:\n      appArmorProfile:\n        type:"
                    + " Localhost\n        localhostProfile: x\n"));
    assertThat(migrated.withFieldsForAnnotations()).hasToString(migrated.toString());
    for (int minor : new int[] {29, 30, 35}) {
      assertThat(migrated.containers().stream().map(container -> container.label(minor)))
          .isEqualTo(parse(text).containers().stream().map(one -> one.label(minor)).toList());
    }
    assertThat(migrated.containers().get(0).label(36)).isEqualTo("x");
  }

  /** A key of its own would hide what comes by the merge. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: &x {securityContext: {runAsNonRoot: true}}\nkind: Pod\nspec:\n  containers:\n"
            + "  - name: c\n    <<: *x\n",
        "x: &x {annotations: {a: b}}\nkind: Pod\nmetadata:\n  name: p\n  <<: *x\nspec:\n"
            + "  securityContext: {appArmorProfile: {type: Unconfined}}\n  containers:\n"
            + "  - name: c\n    securityContext: &y {}\n  - name: d\n    <<: {securityContext: *y}\n"
      })
  void refusesToHideWhatIsMerged(String text) {
    KubernetesManifest manifest = KubernetesManifest.parse(SourceText.of("m.yaml", text));
    int last = manifest.containers().size() - 1;
    assertThatThrownBy(
            () -> manifest.withProfile(manifest.containers().get(last), ProfileRef.unconfined()))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("merge key");
    if (last > 0) {
      assertThatThrownBy(manifest::withAnnotationsForFields)
          .isInstanceOf(DiagnosticException.class)
          .hasMessageContaining("merge key");
    }
  }
}
