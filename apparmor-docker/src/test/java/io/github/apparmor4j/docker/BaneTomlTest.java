package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.SocketType;
import org.junit.jupiter.api.Test;

class BaneTomlTest {

  private static boolean may(KernelProfile profile, Access access) {
    return Decider.decide(profile, access).allowed();
  }

  @Test
  void readsWhatAFileMeans() {
    KernelProfile profile =
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compile(
                BaneToml.parse(
                        """
                        Name = "front"
                        [Filesystem]
                        ReadOnlyPaths = ["/bin/**", "/var/**"]
                        LogOnWritePaths = ["/opt/**"]
                        WritablePaths = ["/var/run/front.pid"]
                        AllowExec = ["/usr/sbin/front"]
                        DenyExec = ["/bin/sh"]
                        [Capabilities]
                        Allow = ["chown", "net_bind_service"]
                        [Network]
                        Raw = false
                        Packet = false
                        Protocols = ["tcp"]
                        """)
                    .build())
            .orThrow()
            .profiles()
            .get(0);
    assertThat(profile.name()).isEqualTo("docker-front");
    assertThat(may(profile, Access.file("/var/run/front.pid", "w"))).as("unlike bane").isTrue();
    assertThat(may(profile, Access.file("/var/run/other", "w"))).isFalse();
    assertThat(may(profile, Access.file("/srv/x", "w"))).isTrue();
    assertThat(Decider.decide(profile, Access.file("/opt/x", "w")).logged()).isTrue();
    assertThat(may(profile, Access.file("/usr/sbin/front", "x"))).isTrue();
    assertThat(may(profile, Access.file("/bin/sh", "x"))).isFalse();
    assertThat(may(profile, Access.file("/bin/true", "x"))).as("unlike bane").isFalse();
    assertThat(may(profile, Access.capability(Capability.CHOWN))).isTrue();
    assertThat(may(profile, Access.capability(Capability.SETUID))).isFalse();
    assertThat(may(profile, Access.socket(NetworkFamily.INET, SocketType.STREAM))).isTrue();
    assertThat(may(profile, Access.socket(NetworkFamily.PACKET, SocketType.RAW))).isFalse();
  }

  @Test
  void refusesOtherFiles() {
    for (String bad :
        new String[] {
          "",
          "Name = ",
          "Name = 'x'\n[Capabilities]\nAllow = ['fly']",
          "Name='x'\n[Network]\nProtocols=['x']"
        }) {
      assertThatThrownBy(() -> BaneToml.parse(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
