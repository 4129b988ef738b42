package io.github.apparmor4j.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerTemplateTest {

  @ParameterizedTest
  @CsvSource({
    "docker, 20.10.24+dfsg1, DOCKER_20_10, false",
    "docker, 23.0.0, DOCKER_23, false",
    "docker, 23.0.8, DOCKER_24, false",
    "docker, 23.0.12, DOCKER_28, false",
    "docker, 24.0.6, DOCKER_23, false",
    "docker, 24.0.9, DOCKER_24, false",
    "docker, 25.0.5, DOCKER_24, false",
    "docker, 25.0.6, DOCKER_28, false",
    "docker, 26.1.2, DOCKER_24, false",
    "docker, 26.1.3, DOCKER_28, false",
    "docker, 28.5.2, DOCKER_28, false",
    "docker, 29.4.2, DOCKER_28, false",
    "docker, 29.4.3, DOCKER_29, false",
    "docker, 29.8.1, DOCKER_29, false",
    "docker, 30.0.0-rc.1, DOCKER_29, true",
    "containerd, 1.5.9, CONTAINERD_1_6, false",
    "containerd, 1.6.20~ds1, CONTAINERD_1_6, false",
    "containerd, 1.6.26, CONTAINERD_1_6_26, false",
    "containerd, 1.6.32, CONTAINERD_1_6_32, false",
    "containerd, 1.7.0, CONTAINERD_1_7, false",
    "containerd, 1.7.11, CONTAINERD_1_7_11, false",
    "containerd, 1.7.24, CONTAINERD_2_0, false",
    "containerd, 1.7.31, CONTAINERD_2, false",
    "containerd, 2.0.8, CONTAINERD_2_0, false",
    "containerd, 2.1.9, CONTAINERD_2, false",
    "containerd, 2.2.1, CONTAINERD_2_0, false",
    "containerd, 2.2.2, CONTAINERD_2, false",
    "containerd, 2.3.0, CONTAINERD_2_3, false",
    "containerd, 2.4.1, CONTAINERD_2_3, true",
    "containerd, 1, CONTAINERD_2, false",
    "containerd, 1.6, CONTAINERD_1_6_32, false",
    "containerd, 2, CONTAINERD_2_3, false"
  })
  void isThatOfTheRelease(
      String runtime, String version, ContainerTemplate template, boolean newer) {
    assertThat(
            runtime.equals("docker")
                ? ContainerTemplate.docker(version)
                : ContainerTemplate.containerd(version))
        .isEqualTo(new ContainerTemplate.Release(template, newer));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1.", "1.x", "-1", "1234567.0.0"})
  void refusesWhatIsNoVersion(String version) {
    assertThatThrownBy(() -> ContainerTemplate.docker(version))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ContainerTemplate.containerd(version))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
