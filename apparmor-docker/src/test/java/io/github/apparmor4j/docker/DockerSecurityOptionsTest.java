package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import org.junit.jupiter.api.Test;

class DockerSecurityOptionsTest {

  private final DockerSecurityOptions named = DockerSecurityOptions.of(ProfileRef.external("web"));

  @Test
  void namesAProfileInEachForm() {
    assertThat(named.cliArguments()).containsExactly("--security-opt", "apparmor=web");
    assertThat(named.hostConfigJson())
        .isEqualTo("{\"HostConfig\":{\"SecurityOpt\":[\"apparmor=web\"]}}");
    assertThat(named.composeYaml("db"))
        .isEqualTo(
            """
            services:
              db:
                security_opt:
                  - apparmor=web
            """);
  }

  @Test
  void needsNoOptionForTheDefault() {
    assertThat(DockerSecurityOptions.of(ProfileRef.runtimeDefault()).cliArguments()).isEmpty();
    assertThat(DockerSecurityOptions.of(ProfileRef.unconfined()).cliArguments())
        .containsExactly("--security-opt", "apparmor=unconfined");
  }

  @Test
  void refusesNamesThatARuntimeWouldMisread() {
    for (String name : new String[] {"", " web", "localhost/web", "unconfined", "a\nb"}) {
      assertThatThrownBy(() -> ProfileRef.external(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
