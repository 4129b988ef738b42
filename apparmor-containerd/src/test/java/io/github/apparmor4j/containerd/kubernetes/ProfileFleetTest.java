package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.github.apparmor4j.containerd.testing.KubernetesSchema;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFleetTest {

  private static final String WEB =
      """
      abi <abi/3.0>,
      # Of the shop.
      profile web flags=(attach_disconnected,mediate_deleted) {
        file,
        signal (send, receive) peer=@{profile_name},
        deny /etc/shadow r, # 'quoted': "twice" \\\\ \\t é
      }
      """;

  private static ProfileFleet.Builder builder() {
    return ProfileFleet.builder(
        "shop",
        "registry.example/apparmor4j/aa:1",
        agent ->
            List.of(
                "keep", agent.state(), ":" + agent.port(), "" + agent.prune(), agent.profiles()));
  }

  private static SourceText text(String name, String text) {
    return SourceText.of(name, text);
  }

  private static DaemonSet daemonSet(List<HasMetadata> objects) {
    return (DaemonSet) objects.get(objects.size() - 1);
  }

  @Test
  void rendersWhatKubernetesTakes() throws IOException {
    HashedProfile web = HashedProfile.of(text("web", WEB), IncludeResolver.none());
    ProfileFleet fleet =
        builder()
            .profile(web.text())
            .profile(text("dir/db", "profile db { }\n"))
            .createNamespace(true)
            .nodeSelector("pool", "shops")
            .maxUnavailable("3")
            .prune(true)
            .build();
    List<HasMetadata> objects = KubernetesSchema.read(fleet.toYaml());
    assertThat(objects)
        .extracting(HasMetadata::getKind)
        .containsExactly("Namespace", "ConfigMap", "DaemonSet");
    ConfigMap map = (ConfigMap) objects.get(1);
    assertThat(map.getMetadata().getName()).matches("shop-[0-9a-f]{8}");
    assertThat(map.getImmutable()).isTrue();
    assertThat(map.getData()).isEqualTo(Map.of("web", web.text().text(), "db", "profile db { }\n"));
    DaemonSet set = daemonSet(objects);
    assertThat(set.getMetadata().getNamespace()).isEqualTo("apparmor");
    assertThat(set.getSpec().getUpdateStrategy().getRollingUpdate().getMaxUnavailable().getValue())
        .isEqualTo(3);
    PodSpec pod = set.getSpec().getTemplate().getSpec();
    assertThat(pod.getNodeSelector()).containsEntry("pool", "shops");
    assertThat(pod.getContainers().get(0).getArgs())
        .containsExactly("keep", "/state/apparmor.shop", ":9180", "true", "/profiles");
    assertThat(pod.getVolumes().get(0).getProjected().getSources().get(0).getConfigMap().getName())
        .isEqualTo(map.getMetadata().getName());
  }

  /** What docs/containers.md says of privileges, and AaDaemonsTest tries on a real kernel. */
  @Test
  void asksForTheLeastPrivileges() throws IOException {
    DaemonSet set =
        daemonSet(
            KubernetesSchema.read(
                builder().profile(text("db", "profile db { }\n")).build().toYaml()));
    PodSpec pod = set.getSpec().getTemplate().getSpec();
    assertThat(pod.getHostPID()).isNull();
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getHostIPC()).isNull();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getVolumes().stream().filter(v -> v.getHostPath() != null))
        .extracting(Volume::getName)
        .containsExactly("state", "securityfs");
    Container agent = pod.getContainers().get(0);
    assertThat(agent.getSecurityContext().getPrivileged()).isNull();
    assertThat(agent.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(agent.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(agent.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(agent.getSecurityContext().getCapabilities().getAdd()).containsExactly("MAC_ADMIN");
    assertThat(agent.getArgs()).doesNotContain("--prune");
    assertThat(
            KubernetesManifest.parse(
                    text("fleet", builder().profile(text("db", "profile db { }")).build().toYaml()))
                .containers())
        .extracting(container -> container.label(34))
        .containsExactly("unconfined");
  }

  @Test
  void isWhatItsBuilderWasThen() {
    ProfileFleet.Builder builder = builder().profile(text("a", "profile a { }"));
    ProfileFleet one = builder.build();
    String yaml = one.toYaml();
    builder.namespace("other").prune(true).createNamespace(true).nodeSelector("a", "b");
    assertThat(one.toYaml()).isEqualTo(yaml);
  }

  @Test
  void namesConfigMapsByTheirContent() {
    String one = builder().profile(text("a", "profile a { }\n")).build().toYaml();
    assertThat(builder().profile(text("x/a", "profile a { }\n")).build().toYaml()).isEqualTo(one);
    String other = builder().profile(text("a", "profile a { /x r, }\n")).build().toYaml();
    assertThat(name(other)).isNotEqualTo(name(one));
  }

  private static String name(String yaml) {
    return yaml.replaceAll("(?s).*(shop-[0-9a-f]{8}).*", "$1");
  }

  @Test
  void spreadsLargeSetsAndKeepsBytes() throws IOException {
    ProfileFleet.Builder builder = builder();
    for (int i = 0; i < 5; i++) {
      builder.profile(text("p" + i, "# " + "x".repeat(60_000) + "\nprofile p" + i + " { }\n"));
    }
    String latin = SourceText.decode(new byte[] {'#', (byte) 0xe9, '\n'}) + "profile b { }\r\n";
    builder.profile(text("binary", latin));
    List<HasMetadata> objects = KubernetesSchema.read(builder.build().toYaml());
    assertThat(objects).hasSize(4);
    ConfigMap first = (ConfigMap) objects.get(0);
    assertThat(Base64.getDecoder().decode(first.getBinaryData().get("binary")))
        .isEqualTo(SourceText.encode(latin));
    assertThat(
            daemonSet(objects)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getVolumes()
                .get(0)
                .getProjected()
                .getSources())
        .hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Shop", "-shop", "shop_1", "a.b"})
  void refusesNamesThatAreNone(String name) {
    assertThatThrownBy(() -> ProfileFleet.builder(name, "x", agent -> List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder().namespace(name))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWhatNoNodeCouldLoad() {
    ProfileFleet.Builder builder = builder().profile(text("a", "profile a { }"));
    assertThatThrownBy(() -> builder.profile(text("b", "profile b {")))
        .isInstanceOf(DiagnosticException.class);
    assertThatThrownBy(() -> builder.profile(text("b", "include <tunables/global>\nprofile b { }")))
        .isInstanceOf(DiagnosticException.class);
    for (SourceText wrong :
        List.of(
            text("a", "profile other { }"),
            text(".a", "profile b { }"),
            text("README", "profile b { }"),
            text("b.orig", "profile b { }"),
            text("b", "profile c { } profile a { }"),
            text("a b", "profile b { }"),
            text("none", "# nothing\n"),
            text("long", "#" + "x".repeat(1_000_000) + "\nprofile b { }"))) {
      assertThatThrownBy(() -> builder.profile(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
    for (String number : List.of("0", "-1", "101%", "x", "")) {
      assertThatThrownBy(() -> builder.maxUnavailable(number))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
