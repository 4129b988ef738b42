package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.SocketType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerDefaultProfileTest {

  private final ProfileFile file = DockerDefaultProfile.profile();

  @Test
  void printsAndParsesBack() {
    String text = ProfilePrinter.print(file);
    assertThat(text)
        .startsWith(
            """
            abi <abi/3.0>,

            @{PROC} = /proc/

            profile docker-default flags=(attach_disconnected, mediate_deleted) {
              network,
              deny network alg,

              capability,

              file,

              umount,

              signal (receive) peer=unconfined,
            """)
        .contains("  deny @{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w,\n")
        .endsWith("  ptrace (trace read tracedby readby) peer=docker-default,\n}\n");
    assertThat(ProfileParser.parseOrThrow(text)).isEqualTo(file);
  }

  @Test
  void keepsTheHostOutOfReach() {
    KernelProfile profile =
        PolicyCompiler.forKernel(Features.LINUX_6_12).compileOrThrow(file).profiles().get(0);
    List<Access> allowed =
        List.of(
            Access.file("/etc/passwd", "rw"),
            Access.file("/proc/1/status", "rw"),
            Access.file("/proc/sys/kernel/shmmax", "w"),
            Access.file("/sys/fs/cgroup/x", "w"),
            new Access.Umount("/mnt/"),
            Access.socket(NetworkFamily.INET, SocketType.RAW));
    List<Access> refused =
        List.of(
            Access.file("/proc/sysrq-trigger", "w"),
            Access.file("/proc/kcore", "r"),
            Access.file("/proc/sys/kernel/core_pattern", "w"),
            Access.file("/proc/sys/vm/overcommit_memory", "w"),
            Access.file("/sys/kernel/security/apparmor/.load", "w"),
            Access.file("/sys/firmware/efi/x", "r"),
            new Access.Mount("tmpfs", List.of(), "tmpfs", "/mnt/"),
            Access.socket(NetworkFamily.ALG, SocketType.SEQPACKET));
    assertThat(allowed).allMatch(access -> Decider.decide(profile, access).allowed());
    assertThat(refused).noneMatch(access -> Decider.decide(profile, access).allowed());
  }

  @Test
  void canBeExtended() {
    ProfileFile wider =
        DockerDefaultProfile.builder("wider")
            .abi("abi/4.0")
            .allowMount(MountRule.builder().fstype("tmpfs").mountPoint("/mnt/").build())
            .allowUserns()
            .denyExec("/bin/sh")
            .build();
    KernelProfile profile =
        PolicyCompiler.forKernel(Features.LINUX_6_12).compileOrThrow(wider).profiles().get(0);
    Access tmpfs = new Access.Mount("tmpfs", List.of(), "tmpfs", "/mnt/");
    Access other = new Access.Mount("tmpfs", List.of(), "tmpfs", "/etc/");
    assertThat(Decider.decide(profile, tmpfs).allowed()).isTrue();
    assertThat(Decider.decide(profile, other).allowed()).isFalse();
    assertThat(Decider.decide(profile, Access.file("/bin/sh", "x")).allowed()).isFalse();
    assertThat(Decider.decide(profile, Access.file("/bin/ls", "x")).allowed()).isTrue();
    assertThat(ProfilePrinter.print(wider)).contains("  userns,\n").doesNotContain("deny mount");
  }

  @Test
  void canBeExtendedRuleByRule() {
    Profile wider =
        file.profiles().get(0).toBuilder().deny(FileRule.of("/etc/shadow", "r")).build();
    assertThat(ProfilePrinter.print(ProfileFile.of(wider)))
        .contains("  deny @{PROC}/kcore rwklx,\n", "  deny /etc/shadow r,\n");
  }

  @Test
  void dependsOnTheVersion() {
    assertThat(DockerDefaultProfile.template("20.10.24+dfsg1"))
        .isEqualTo(ContainerTemplate.DOCKER_20_10);
    assertThat(DockerDefaultProfile.template("28.5.2")).isEqualTo(ContainerTemplate.DOCKER_28);
    assertThat(DockerDefaultProfile.template("29.8.0")).isEqualTo(ContainerTemplate.DOCKER_29);
    assertThat(printed(ContainerTemplate.DOCKER_20_10))
        .doesNotContain("crun", "powercap", "network alg");
    assertThat(printed(ContainerTemplate.DOCKER_28))
        .contains("crun", "powercap")
        .doesNotContain("network alg");
    assertThat(printed(ContainerTemplate.DOCKER_29)).contains("crun", "powercap", "network alg");
  }

  private static String printed(ContainerTemplate template) {
    return ProfilePrinter.print(ContainerDefault.builder(template).build());
  }

  @Test
  void takesWhatAHostHas(@TempDir Path root) throws IOException {
    ContainerDefault.Builder builder = DockerDefaultProfile.builder("docker-default");
    assertThat(ProfilePrinter.print(builder.host(root).build()))
        .startsWith("@{PROC} = /proc/\n")
        .doesNotContain("include");
    for (String file : List.of("abi/3.0", "tunables/global", "abstractions/base")) {
      Path path = root.resolve("etc/apparmor.d").resolve(file);
      Files.createDirectories(path.getParent());
      Files.createFile(path);
    }
    assertThat(ProfilePrinter.print(builder.host(root).build()))
        .startsWith("abi <abi/3.0>,\ninclude <tunables/global>\n")
        .contains("  include <abstractions/base>\n");
  }

  @Test
  void replacesTheDaemonsOwn() {
    assertThat(DockerDefaultProfile.staticFile(file)).isEqualTo(ProfilePrinter.print(file));
    assertThatThrownBy(
            () -> DockerDefaultProfile.staticFile(DockerDefaultProfile.builder("other").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("docker-default");
    // Go would take the braces of a pattern for an action.
    ProfileFile braces =
        DockerDefaultProfile.builder("docker-default").denyExec("/bin/{{a,b},c}").build();
    assertThat(DockerDefaultProfile.staticFile(braces)).contains("deny /bin/{{\"{{\"}}a,b},c} x,");
    assertThat(DockerDefaultProfile.goTemplate(ContainerDefault.Builder::allowUserns))
        .startsWith("{{if .Abi}}abi <{{.Abi}}>,\n{{end}}{{range .Imports}}{{.}}\n{{end}}\n")
        .contains(
            "profile \"{{.Name}}\" flags=(attach_disconnected, mediate_deleted) {\n"
                + "{{range .InnerImports}}  {{.}}\n{{end}}",
            "peer=\"{{.DaemonProfile}}\",\n",
            "  userns,\n");
    assertThat(
            DockerDefaultProfile.daemonJson(
                "{\"debug\": true, \"apparmor-profile\": \"/x\"}", "/etc/docker/default"))
        .isEqualTo("{\n  \"debug\" : true,\n  \"apparmor-profile\" : \"/etc/docker/default\"\n}\n");
    for (String bad : List.of("[]", "{", "{\"a\": 1, \"a\": 2}")) {
      assertThatThrownBy(() -> DockerDefaultProfile.daemonJson(bad, "/x"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> DockerDefaultProfile.daemonJson("", "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
