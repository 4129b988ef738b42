package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.kubernetes.KubernetesSecurityContext;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.print.ProfilePrinter;
import org.junit.jupiter.api.Test;

class ContainerdFormsTest {

  private final ProfileRef web = ProfileRef.external("web");

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
