package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import org.junit.jupiter.api.Test;

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
        PolicyCompiler.forKernel(Features.LINUX_6_12).compile(file).profiles().get(0);
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
        PolicyCompiler.forKernel(Features.LINUX_6_12).compile(wider).profiles().get(0);
    Access tmpfs = new Access.Mount("tmpfs", List.of(), "tmpfs", "/mnt/");
    Access other = new Access.Mount("tmpfs", List.of(), "tmpfs", "/etc/");
    assertThat(Decider.decide(profile, tmpfs).allowed()).isTrue();
    assertThat(Decider.decide(profile, other).allowed()).isFalse();
    assertThat(Decider.decide(profile, Access.file("/bin/sh", "x")).allowed()).isFalse();
    assertThat(Decider.decide(profile, Access.file("/bin/ls", "x")).allowed()).isTrue();
    assertThat(ProfilePrinter.print(wider)).contains("  userns,\n").doesNotContain("deny mount");
  }
}
