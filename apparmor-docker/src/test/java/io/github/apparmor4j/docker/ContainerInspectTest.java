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

class ContainerInspectTest {

  private static final String INSPECTED =
      """
      [{"Id": "1", "Name": "/db", "AppArmorProfile": "docker-default",
        "State": {"Pid": 42},
        "Config": {"User": "", "ExposedPorts": {"5432/tcp": {}}},
        "Mounts": [
          {"Type": "volume", "Destination": "/data", "RW": true},
          {"Type": "bind", "Destination": "/data/{config}", "RW": false}],
        "HostConfig": {"Privileged": false, "ReadonlyRootfs": %s, "NetworkMode": "%s",
          "SecurityOpt": ["no-new-privileges"], "Tmpfs": {"/run": "size=1m"},
          "CapAdd": ["SYS_NICE"], "CapDrop": ["CAP_NET_RAW"]}}]
      """;

  private static KernelProfile propose(String readOnly, String network) {
    ContainerInspect inspect = ContainerInspect.parse(INSPECTED.formatted(readOnly, network));
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(inspect.propose("db").build())
        .profiles()
        .get(0);
  }

  private static boolean may(KernelProfile profile, Access access) {
    return Decider.decide(profile, access).allowed();
  }

  @Test
  void readsWhatDockerTells() {
    ContainerInspect inspect = ContainerInspect.parse(INSPECTED.formatted("true", "bridge"));
    assertThat(inspect.name()).isEqualTo("db");
    assertThat(inspect.pid()).isEqualTo(42);
    assertThat(inspect.claimedProfile()).isEqualTo("docker-default");
    assertThat(inspect.securityOpt()).containsExactly("no-new-privileges");
    for (String bad : new String[] {"", "[]", "{}", "{", "[{}, {}]", "null"}) {
      assertThatThrownBy(() -> ContainerInspect.parse(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void proposesWhatTheConfigurationAllows() {
    KernelProfile profile = propose("true", "bridge");
    assertThat(may(profile, Access.file("/data/base", "w"))).isTrue();
    assertThat(may(profile, Access.file("/data/{config}/x", "w"))).isFalse();
    assertThat(may(profile, Access.file("/data/config/x", "w"))).isTrue();
    assertThat(may(profile, Access.file("/run/x", "w"))).isTrue();
    assertThat(may(profile, Access.file("/etc/x", "w"))).isFalse();
    assertThat(may(profile, Access.capability(Capability.SYS_NICE))).isTrue();
    assertThat(may(profile, Access.capability(Capability.NET_RAW))).isFalse();
    assertThat(may(profile, Access.capability(Capability.SETUID))).isTrue();
    assertThat(may(profile, Access.socket(NetworkFamily.INET, SocketType.STREAM))).isTrue();
    KernelProfile open = propose("false", "none");
    assertThat(may(open, Access.file("/etc/x", "w"))).isTrue();
    assertThat(may(open, Access.file("/usr/bin/x", "w"))).isFalse();
    assertThat(may(open, Access.socket(NetworkFamily.INET, SocketType.STREAM))).isFalse();
  }
}
