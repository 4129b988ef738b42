package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

  /** What bane writes for a file, as far as networks, capabilities and DenyExec go. */
  private static String template(String networks, String capabilities, String denied) {
    return "profile x {\n"
        + networks
        + "file,\numount,\n"
        + denied
        + capabilities
        + "deny mount,\n}\n";
  }

  static Stream<Arguments> files() {
    String raw = "deny network raw,\n";
    String packet = "deny network packet,\n";
    return Stream.of(
        Arguments.of("", template("network,\n" + raw + packet, "capability,\n", "")),
        Arguments.of(
            "[Network]\nRaw = true\nPacket = false",
            template("network,\n" + packet, "capability,\n", "")),
        Arguments.of(
            "[Network]\nRaw = true\nPacket = true", template("network,\n", "capability,\n", "")),
        Arguments.of(
            "[Filesystem]\nDenyExec = ['/bin/sh']\n[Network]\nProtocols = ['tcp', 'icmp']\nRaw = false",
            template(
                "network inet tcp,\nnetwork inet6 tcp,\nnetwork inet icmp,\nnetwork unix,\n"
                    + "network netlink raw,\n"
                    + raw
                    + packet,
                "capability,\n",
                "deny /bin/sh mrwklx,\n")),
        Arguments.of(
            "[Capabilities]\nDeny = ['mknod', 'sys_admin']",
            template(
                "network,\n" + raw + packet,
                "capability,\ndeny capability mknod,\ndeny capability sys_admin,\n",
                "")),
        Arguments.of(
            "[Capabilities]\nAllow = ['chown', 'mknod']\nDeny = ['mknod']",
            template(
                "network,\n" + raw + packet,
                "capability chown,\ncapability mknod,\ndeny capability mknod,\n",
                "")));
  }

  @ParameterizedTest
  @MethodSource("files")
  void decidesAsBanesOwnProfileDoes(String file, String template) {
    PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_6_12);
    KernelProfile ours =
        compiler.compile(BaneToml.parse("Name = 'x'\n" + file).build()).orThrow().profiles().get(0);
    KernelProfile theirs =
        compiler.compileOrThrow(ProfileParser.parseOrThrow(template)).profiles().get(0);
    for (Capability capability : Capability.values()) {
      Access access = Access.capability(capability);
      assertThat(may(ours, access)).as("" + access).isEqualTo(may(theirs, access));
    }
    for (NetworkFamily family : NetworkFamily.values()) {
      for (SocketType type : SocketType.values()) {
        Access access = Access.socket(family, type);
        assertThat(may(ours, access)).as("" + access).isEqualTo(may(theirs, access));
      }
    }
    for (String path : List.of("/bin/sh", "/bin/true")) {
      for (String permission : List.of("r", "m", "x")) {
        Access access = Access.file(path, permission);
        assertThat(may(ours, access)).as("" + access).isEqualTo(may(theirs, access));
      }
    }
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
