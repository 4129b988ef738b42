package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import org.junit.jupiter.api.Test;

class RuntimeArgumentsTest {

  @Test
  void namesProfiles() {
    RuntimeArguments web = RuntimeArguments.of(ProfileRef.external("web"));
    assertThat(web.ctr()).containsExactly("--apparmor-profile", "web");
    assertThat(web.nerdctl()).containsExactly("--security-opt", "apparmor=web");
    assertThat(web.runcExec()).containsExactly("--apparmor", "web");
  }

  @Test
  void saysNothingWhereTheToolsDefaultIsMeant() {
    RuntimeArguments unconfined = RuntimeArguments.of(ProfileRef.unconfined());
    assertThat(unconfined.ctr()).isEmpty();
    assertThat(unconfined.nerdctl()).containsExactly("--security-opt", "apparmor=unconfined");
    assertThat(unconfined.runcExec()).isEmpty();
    RuntimeArguments standard = RuntimeArguments.of(ProfileRef.runtimeDefault());
    assertThat(standard.ctr())
        .containsExactly("--apparmor-default-profile", "cri-containerd.apparmor.d");
    assertThat(standard.nerdctl()).isEmpty();
    assertThatThrownBy(standard::runcExec).isInstanceOf(IllegalArgumentException.class);
  }
}
