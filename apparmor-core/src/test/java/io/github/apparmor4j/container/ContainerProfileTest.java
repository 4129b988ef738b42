package io.github.apparmor4j.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContainerProfileTest {

  private static KernelProfile compile(ContainerProfile.Builder builder) {
    ProfileFile file = builder.build();
    assertThat(ProfileParser.parseOrThrow(ProfilePrinter.print(file))).isEqualTo(file);
    return PolicyCompiler.forKernel(Features.LINUX_6_12).compileOrThrow(file).profiles().get(0);
  }

  private static Decision decide(KernelProfile profile, String path, String permissions) {
    return Decider.decide(profile, Access.file(path, permissions));
  }

  private static boolean may(KernelProfile profile, String path, String permissions) {
    return decide(profile, path, permissions).allowed();
  }

  @Test
  void nothingIsWritableButWhatIsNamed() {
    KernelProfile web = compile(ContainerProfile.builder("web").writable("/data", "/srv/*.log"));
    assertThat(may(web, "/data", "w")).isTrue();
    assertThat(may(web, "/data/a/b", "rwlk")).isTrue();
    assertThat(may(web, "/srv/a.log", "w")).isTrue();
    assertThat(may(web, "/database", "w")).isFalse();
    assertThat(may(web, "/etc/passwd", "w")).isFalse();
    assertThat(may(web, "/etc/passwd", "r")).isTrue();
    assertThat(may(web, "/bin/sh", "x")).isTrue();
    assertThat(may(web, "/proc/self/status", "r")).isTrue();
    assertThat(may(web, "/proc/12/oom_score_adj", "w")).isTrue();
    assertThat(may(web, "/proc/sys/kernel/core_pattern", "w")).isFalse();
    assertThat(may(web, "/proc/kcore", "r")).isFalse();
    assertThat(may(web, "/sys/kernel/security/apparmor/.load", "r")).isFalse();
    assertThat(may(web, "/dev/null", "w")).isTrue();
  }

  @Test
  void theLongerPathCounts() {
    KernelProfile web =
        compile(
            ContainerProfile.builder("web")
                .writable("/", "/data/cache", "/data/cache/fixed/but/this")
                .readOnly("/data", "/data/cache/fixed")
                .readOnly("/usr/"));
    assertThat(may(web, "/etc/passwd", "w")).isTrue();
    assertThat(may(web, "/data/x", "w")).isFalse();
    assertThat(may(web, "/data/cache/x", "w")).isTrue();
    assertThat(may(web, "/data/cache/fixed/x", "w")).isFalse();
    assertThat(may(web, "/data/cache/fixed/but/this/x", "w")).isTrue();
    assertThat(may(web, "/usr/bin/x", "w")).isFalse();
    assertThat(may(web, "/data/x", "r")).isTrue();
  }

  @Test
  void hugePagesMakeNoFileWritable() {
    KernelProfile database = compile(ContainerProfile.builder("p").hugePages());
    assertThat(may(database, "/", "rw")).isTrue();
    assertThat(may(database, "/x", "w")).isFalse();
    assertThat(may(database, "/etc/", "w")).isFalse();
    assertThat(may(compile(ContainerProfile.builder("p")), "/", "w")).isFalse();
  }

  @Test
  void programsMayBeNamedOrRefused() {
    KernelProfile only =
        compile(ContainerProfile.builder("p").allowExec("/opt/java").denyExec("/opt/java/jshell"));
    assertThat(may(only, "/opt/java/bin/java", "x")).isTrue();
    assertThat(may(only, "/opt/java/jshell", "x")).isFalse();
    assertThat(may(only, "/bin/sh", "x")).isFalse();
    assertThat(may(only, "/lib/libc.so.6", "m")).isTrue();
    KernelProfile others =
        compile(ContainerProfile.builder("p").denyExec("/bin").allowExec("/bin/true"));
    assertThat(may(others, "/bin/sh", "x")).isFalse();
    assertThat(may(others, "/bin/true", "x")).isTrue();
    KernelProfile noShell =
        compile(ContainerProfile.builder("p").denyExec("/{,usr/}bin/{,ba,da}sh"));
    assertThat(may(noShell, "/usr/bin/dash", "x")).isFalse();
    assertThat(may(noShell, "/usr/bin/env", "x")).isTrue();
  }

  @Test
  void writesAreLoggedWhereWanted() {
    KernelProfile web = compile(ContainerProfile.builder("p").writable("/a").logWrites("/a/b/"));
    assertThat(decide(web, "/a/b/c", "w").logged()).isTrue();
    assertThat(decide(web, "/a/c", "w").logged()).isFalse();
    assertThat(may(web, "/a/b/c", "rw")).isTrue();
  }

  @Test
  void networksAndCapabilitiesAreNamed() {
    KernelProfile web = compile(ContainerProfile.builder("p").tcp().capabilities(Capability.CHOWN));
    assertThat(allowed(web, Access.socket(NetworkFamily.INET, SocketType.STREAM))).isTrue();
    assertThat(allowed(web, Access.socket(NetworkFamily.INET, SocketType.DGRAM))).isFalse();
    assertThat(allowed(web, Access.socket(NetworkFamily.ALG, SocketType.SEQPACKET))).isFalse();
    assertThat(allowed(web, Access.socket(NetworkFamily.UNIX, SocketType.STREAM))).isTrue();
    assertThat(allowed(web, Access.capability(Capability.CHOWN))).isTrue();
    assertThat(allowed(web, Access.capability(Capability.SYS_ADMIN))).isFalse();
    KernelProfile some = compile(ContainerProfile.builder("p"));
    assertThat(allowed(some, Access.capability(Capability.SETUID))).isTrue();
    assertThat(allowed(some, new Access.Mount("tmpfs", List.of(), "tmpfs", "/mnt/"))).isFalse();
  }

  private static boolean allowed(KernelProfile profile, Access access) {
    return Decider.decide(profile, access).allowed();
  }

  @Test
  void namesFromElsewhereMeanThemselves() {
    String odd = "/data/[a]{b,c}*?^\\d";
    KernelProfile web =
        compile(ContainerProfile.builder("p").writable(ContainerProfile.literal(odd)));
    assertThat(may(web, odd + "/x", "w")).isTrue();
    assertThat(may(web, "/data/abx?^d", "w")).isFalse();
    assertThatThrownBy(() -> ContainerProfile.builder("p").writable("data"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- services

  static Stream<Arguments> services() {
    return Stream.of(
        Arguments.of(ServiceProfiles.postgresql("s"), "/var/lib/postgresql/data/base/1"),
        Arguments.of(ServiceProfiles.postgresql("s"), "/run/postgresql/.s.PGSQL.5432.lock"),
        Arguments.of(ServiceProfiles.mysql("s"), "/var/lib/mysql/ibdata1"),
        Arguments.of(ServiceProfiles.mysql("s"), "/run/mysqld/mysqld.sock.lock"),
        Arguments.of(ServiceProfiles.redis("s"), "/data/dump.rdb"),
        Arguments.of(ServiceProfiles.mongodb("s"), "/data/db/WiredTiger.lock"),
        Arguments.of(ServiceProfiles.nginx("s"), "/var/cache/nginx/client_temp/1"),
        Arguments.of(ServiceProfiles.nginx("s"), "/run/nginx.pid"),
        Arguments.of(ServiceProfiles.jvm("s", "/opt/java"), "/tmp/hsperfdata_root/1"));
  }

  @ParameterizedTest
  @MethodSource("services")
  void servicesKeepTheirDataAndNothingElse(ContainerProfile.Builder builder, String data) {
    KernelProfile service = compile(builder);
    assertThat(may(service, data, "rwk")).isTrue();
    assertThat(may(service, "/etc/passwd", "r")).isTrue();
    for (String path : List.of("/etc/passwd", "/usr/bin/x", "/root/.ssh/authorized_keys")) {
      assertThat(may(service, path, "w")).as(path).isFalse();
    }
    for (String path : List.of("/etc/shadow", "/etc/shadow-", "/etc/gshadow-")) {
      assertThat(may(service, path, "r")).as(path).isFalse();
    }
    assertThat(allowed(service, Access.socket(NetworkFamily.INET6, SocketType.STREAM))).isTrue();
    assertThat(allowed(service, Access.socket(NetworkFamily.INET, SocketType.RAW))).isFalse();
    assertThat(allowed(service, Access.capability(Capability.SYS_ADMIN))).isFalse();
    assertThat(allowed(service, Access.capability(Capability.NET_RAW))).isFalse();
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        Arguments.of(ServiceProfiles.postgresql("s"), "/usr/lib/postgresql/17/bin/postgres"),
        Arguments.of(ServiceProfiles.postgresql("s"), "/usr/local/bin/postgres"),
        Arguments.of(ServiceProfiles.mysql("s"), "/usr/sbin/mysqld"),
        Arguments.of(ServiceProfiles.mysql("s"), "/usr/sbin/mariadbd"),
        Arguments.of(ServiceProfiles.redis("s"), "/usr/local/bin/redis-server"),
        Arguments.of(ServiceProfiles.redis("s"), "/usr/bin/redis-check-rdb"),
        Arguments.of(ServiceProfiles.mongodb("s"), "/usr/bin/mongod"),
        Arguments.of(ServiceProfiles.nginx("s"), "/usr/sbin/nginx"),
        Arguments.of(ServiceProfiles.jvm("s", "/opt/java"), "/opt/java/bin/java"));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void servicesExecuteTheirOwnProgramUnlessToldOtherwise(
      ContainerProfile.Builder builder, String program) {
    KernelProfile service = compile(builder);
    assertThat(may(service, program, "x")).isTrue();
    for (String path : List.of("/bin/sh", "/usr/bin/dash", "/usr/bin/perl", "/tmp/x", "/data/x")) {
      assertThat(may(service, path, "x")).as(path).isFalse();
    }
    KernelProfile scripted = compile(builder.allowExec("/"));
    assertThat(may(scripted, "/usr/bin/dash", "x")).isTrue();
    assertThat(may(scripted, "/etc/passwd", "w")).isFalse();
    assertThat(may(scripted, "/etc/shadow", "x")).isFalse();
  }

  @Test
  void servicesDifferInWhatTheyNeed() {
    KernelProfile nginx = compile(ServiceProfiles.nginx("s"));
    assertThatThrownBy(() -> ServiceProfiles.jvm("s"))
        .as("every program could be executed")
        .isInstanceOf(IllegalArgumentException.class);
    KernelProfile jvm = compile(ServiceProfiles.jvm("s", "/opt/java"));
    assertThat(allowed(nginx, Access.capability(Capability.NET_BIND_SERVICE))).isTrue();
    assertThat(allowed(jvm, Access.capability(Capability.CHOWN))).isFalse();
  }
}
