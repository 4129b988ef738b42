package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import io.github.apparmor4j.containerd.CriRequest.SecurityProfile;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CrioHostTest {

  private static final CrioHost HOST = CrioHost.of(Set.of("web"));

  static Stream<Arguments> rows() {
    return Stream.of(
        Arguments.of(CriRequest.ofLegacy(""), "crio-default"),
        Arguments.of(CriRequest.ofLegacy("runtime/default"), "crio-default"),
        Arguments.of(CriRequest.ofLegacy("unconfined"), "unconfined"),
        Arguments.of(CriRequest.ofLegacy("localhost/web"), "web"),
        Arguments.of(CriRequest.ofLegacy("web"), "web"),
        Arguments.of(CriRequest.ofLegacy("localhost/web").asPrivileged(), "unconfined"),
        Arguments.of(CriRequest.of(ProfileType.RUNTIME_DEFAULT, ""), "crio-default"),
        Arguments.of(CriRequest.of(ProfileType.UNCONFINED, ""), "unconfined"),
        Arguments.of(CriRequest.of(ProfileType.UNCONFINED, "web"), "unconfined"),
        Arguments.of(CriRequest.of(ProfileType.LOCALHOST, "web"), "web"),
        Arguments.of(CriRequest.of(ProfileType.LOCALHOST, "localhost/web"), "web"),
        Arguments.of(
            new CriRequest(
                new SecurityProfile(ProfileType.LOCALHOST, "web"), "runtime/default", false),
            "crio-default"),
        Arguments.of(
            new CriRequest(new SecurityProfile(ProfileType.LOCALHOST, "web"), "other", false),
            "web"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void chooses(CriRequest request, String label) {
    assertThat(HOST.choose(request)).isEqualTo(label);
  }

  @Test
  void refuses() {
    assertThatThrownBy(() -> HOST.choose(CriRequest.of(ProfileType.LOCALHOST, "")))
        .isInstanceOf(CriException.class)
        .hasMessage("empty localhost AppArmor profile is forbidden");
    for (String name : new String[] {"docker/default", "localhost/missing"}) {
      assertThatThrownBy(() -> HOST.choose(CriRequest.ofLegacy(name)))
          .isInstanceOf(CriException.class)
          .hasMessageContaining("is loaded");
    }
  }

  @Test
  void differsByConfigurationAndVersion() {
    CriRequest request = CriRequest.of(ProfileType.LOCALHOST, "web");
    assertThat(new CrioHost(false, Set.of("web"), "web", true).choose(request))
        .isEqualTo("unconfined");
    assertThat(new CrioHost(true, Set.of("web"), "web", true).choose(CriRequest.ofLegacy("")))
        .isEqualTo("web");
    assertThat(new CrioHost(true, Set.of("web"), CrioHost.DEFAULT, false).choose(request))
        .as("before 1.30 it doesn't know the field")
        .isEqualTo("crio-default");
  }
}
