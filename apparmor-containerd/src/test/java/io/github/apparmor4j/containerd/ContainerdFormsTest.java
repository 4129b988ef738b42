package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.kubernetes.KubernetesSecurityContext;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.print.ProfilePrinter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerdFormsTest {

  private final ProfileRef web = ProfileRef.external("web");

  @ParameterizedTest
  @CsvSource({
    "1.5.9, CONTAINERD_1_6, false",
    "1.6.20~ds1, CONTAINERD_1_6, false",
    "1.6.26, CONTAINERD_1_6_26, false",
    "1.6.32, CONTAINERD_1_6_32, false",
    "1.7.0, CONTAINERD_1_7, false",
    "1.7.11, CONTAINERD_1_7_11, false",
    "1.7.24, CONTAINERD_2_0, false",
    "1.7.31, CONTAINERD_2, false",
    "2.0.8, CONTAINERD_2_0, false",
    "2.1.9, CONTAINERD_2, false",
    "2.2.1, CONTAINERD_2_0, false",
    "2.2.2, CONTAINERD_2, false",
    "2.3.0, CONTAINERD_2_3, false",
    "2.4.1, CONTAINERD_2_3, true",
    "1, CONTAINERD_2, false",
    "1.6, CONTAINERD_1_6_32, false",
    "2, CONTAINERD_2_3, false"
  })
  void theDefaultIsThatOfTheRelease(String version, ContainerTemplate template, boolean newer) {
    assertThat(ContainerTemplate.containerd(version))
        .isEqualTo(new ContainerTemplate.Release(template, newer));
  }

  @Test
  void writesCri() {
    assertThat(CriSecurityContext.of(web).toJson())
        .isEqualTo("{\"apparmor\":{\"profile_type\":2,\"localhost_ref\":\"web\"}}");
    assertThat(CriSecurityContext.of(ProfileRef.runtimeDefault()).toJson())
        .isEqualTo("{\"apparmor\":{\"profile_type\":0}}");
    assertThat(CriSecurityContext.of(ProfileRef.unconfined()).legacyProfile())
        .isEqualTo("unconfined");
    assertThat(CriSecurityContext.of(web).legacyProfile()).isEqualTo("localhost/web");
  }

  @Test
  void writesOci() {
    assertThat(OciProcess.of(web).toJson())
        .isEqualTo("{\"process\":{\"apparmorProfile\":\"web\"}}");
    assertThatThrownBy(() -> OciProcess.of(ProfileRef.runtimeDefault()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writesKubernetes() {
    assertThat(KubernetesSecurityContext.of(web).toYaml())
        .isEqualTo(
            """
            securityContext:
              appArmorProfile:
                type: Localhost
                localhostProfile: web
            """);
  }

  @Test
  void defaultProfileHasItsNameAndSurvivesPrinting() {
    String text = ProfilePrinter.print(CriDefaultProfile.profile());
    assertThat(text)
        .contains(
            "profile cri-containerd.apparmor.d flags=(attach_disconnected, mediate_deleted) {")
        .contains("  signal (send receive) peer=cri-containerd.apparmor.d,\n")
        .doesNotContain("deny network");
    assertThat(ProfileParser.parseOrThrow(text)).isEqualTo(CriDefaultProfile.profile());
    assertThat(
            PolicyCompiler.forKernel(Features.LINUX_6_1)
                .compile(CriDefaultProfile.profile())
                .profiles())
        .hasSize(1);
  }
}
