package io.github.apparmor4j.kernel;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmbeddedKernelTest {

  private static final String WEB =
      """
      profile web /usr/sbin/web {
        /srv/www/** r,
        owner /home/*/log w,
        deny /srv/www/secret r,
        audit deny /etc/shadow r,
        audit /var/log/web a,
        link subset /srv/www/l* -> /srv/www/*,
        /srv/www/l* l,
        capability net_bind_service,
        deny capability sys_module,
        network inet stream,
        signal (receive) set=(term) peer=init,
        ptrace (readby) peer=monitor,
        mount fstype=tmpfs options=(rw, nosuid) tmpfs -> /tmp/x/,
        mount options=(rw, bind) /a/ -> /b/,
        umount /tmp/x/,
        hat login { /etc/passwd r, }
      }
      """;

  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();

  private static byte[] compiled(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(ProfileParser.parseOrThrow(text))
        .toBytes();
  }

  private String ask(Access access) throws KernelException {
    var decision = kernel.query("web", access);
    return (decision.allowed() ? "allow" : "deny")
        + " "
        + (decision.logged() ? "logged" : "silent");
  }

  @Test
  void answersFromTheBinaryAlone() throws KernelException {
    kernel.load(compiled(WEB));
    assertThat(ask(Access.file("/srv/www/index.html", "r"))).isEqualTo("allow silent");
    assertThat(ask(Access.file("/srv/www/index.html", "rw"))).isEqualTo("deny logged");
    assertThat(ask(Access.file("/srv/www/", "r"))).isEqualTo("deny logged");
    assertThat(ask(Access.file("/srv/www/secret", "r"))).isEqualTo("deny silent");
    assertThat(ask(Access.file("/etc/shadow", "r"))).isEqualTo("deny logged");
    assertThat(ask(Access.file("/var/log/web", "a"))).isEqualTo("allow logged");
    assertThat(ask(Access.file("/home/u/log", "w"))).isEqualTo("allow silent");
    assertThat(ask(Access.file("/home/u/log", "w", Qualifiers.Ownership.OTHER)))
        .isEqualTo("deny logged");
    assertThat(ask(Access.capability(Capability.NET_BIND_SERVICE))).isEqualTo("allow silent");
    assertThat(ask(Access.capability(Capability.SYS_MODULE))).isEqualTo("deny silent");
    assertThat(ask(Access.capability(Capability.SYS_ADMIN))).isEqualTo("deny logged");
    assertThat(ask(Access.socket(NetworkFamily.INET, SocketType.STREAM))).isEqualTo("allow silent");
    assertThat(ask(Access.socket(NetworkFamily.INET, SocketType.RAW))).isEqualTo("deny logged");
  }

  @Test
  void answersAboutOtherTasksAndMounts() throws KernelException {
    kernel.load(compiled(WEB));
    Signal term = Signal.named("term").orElseThrow();
    Signal kill = Signal.named("kill").orElseThrow();
    assertThat(ask(new Access.Signal(SignalPermission.RECEIVE, term, "init"))).startsWith("allow");
    assertThat(ask(new Access.Signal(SignalPermission.RECEIVE, kill, "init"))).startsWith("deny");
    assertThat(ask(new Access.Signal(SignalPermission.RECEIVE, term, "other"))).startsWith("deny");
    assertThat(ask(new Access.Ptrace(PtracePermission.READBY, "monitor"))).startsWith("allow");
    assertThat(ask(new Access.Ptrace(PtracePermission.TRACE, "monitor"))).startsWith("deny");
    assertThat(ask(new Access.Mount("tmpfs", List.of(MountOption.NOSUID), "tmpfs", "/tmp/x/")))
        .startsWith("allow");
    assertThat(ask(new Access.Mount("tmpfs", List.of(), "tmpfs", "/tmp/x/"))).startsWith("deny");
    assertThat(ask(new Access.Mount("none", List.of(MountOption.BIND), "/a/", "/b/")))
        .startsWith("allow");
    assertThat(ask(new Access.Umount("/tmp/x/"))).startsWith("allow");
    assertThat(ask(new Access.Umount("/"))).startsWith("deny");
  }

  @Test
  void listsLoadsReplacesAndRemoves() throws KernelException {
    kernel.load(compiled(WEB));
    assertThat(kernel.profiles())
        .map(LoadedProfile::toString)
        .containsExactly("web (enforce)", "web//login (enforce)");
    assertThatThrownBy(() -> kernel.load(compiled(WEB)))
        .isInstanceOfSatisfying(
            KernelException.class,
            e -> assertThat(e.errno()).isEqualTo(KernelException.Errno.EEXIST));
    kernel.replace(compiled("profile web flags=(complain) { }"));
    assertThat(kernel.profiles()).contains(new LoadedProfile("web", "complain"));
    assertThat(ask(Access.file("/etc/shadow", "r"))).isEqualTo("allow logged");
    kernel.remove("web");
    assertThat(kernel.profiles()).isEmpty();
    assertThatThrownBy(() -> kernel.remove("web"))
        .isInstanceOfSatisfying(
            KernelException.class,
            e -> assertThat(e.errno()).isEqualTo(KernelException.Errno.ENOENT));
  }

  @Test
  void takesNothingOfABrokenPolicy() throws KernelException {
    byte[] policy = compiled(WEB);
    for (int length : new int[] {1, 20, policy.length / 2, policy.length - 1}) {
      assertThatThrownBy(() -> kernel.load(Arrays.copyOf(policy, length)))
          .isInstanceOf(KernelException.class);
    }
    assertThatThrownBy(() -> kernel.load(new byte[0]))
        .isInstanceOfSatisfying(
            KernelException.class,
            e -> assertThat(e.errno()).isEqualTo(KernelException.Errno.EINVAL));
    assertThatThrownBy(() -> kernel.load("garbage".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            KernelException.class,
            e -> assertThat(e.errno()).isEqualTo(KernelException.Errno.EPROTONOSUPPORT));
    assertThat(kernel.profiles()).isEmpty();
  }

  private static RawPolicy.Taker into(EmbeddedKernel kernel) {
    return new RawPolicy.Taker() {
      @Override
      public void take(PolicyReader.Piece piece) throws KernelException {
        kernel.load(piece.policy());
      }

      @Override
      public Set<String> loaded() {
        return LoadedProfile.names(kernel.profiles());
      }
    };
  }

  @Test
  void canBeGivenOneProfileAfterTheOther() throws KernelException {
    byte[] family = compiled("profile a { hat h { } hat i { } }");
    RawPolicy.give("load", family, false, into(kernel));
    assertThat(kernel.profiles()).extracting(LoadedProfile::name).contains("a", "a//h", "a//i");
    kernel.remove("a");
    EmbeddedKernel other = EmbeddedKernel.linux6_12();
    other.load(compiled("profile i { }"));
    byte[] mixed = compiled("profile a { hat h { } } profile i { }");
    assertThatThrownBy(() -> RawPolicy.give("load", mixed, false, into(other)))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("i, after [a, a//h] were done");
    assertThatThrownBy(() -> RawPolicy.give("load", new byte[] {1, 2}, false, into(kernel)))
        .isInstanceOf(KernelException.class);
  }

  @Test
  void sharesWhatItIsGivenWithAnother() throws KernelException {
    byte[] policy = compiled("profile a { /x r, hat h { } } profile b { }");
    EmbeddedKernel first = EmbeddedKernel.linux6_12();
    EmbeddedKernel second = first.another();
    first.load(policy);
    assertThat(second.profiles()).isEmpty();
    second.load(policy);
    assertThat(second.policy()).isEqualTo(first.policy());
    policy[policy.length - 1] ^= 1; // the caller's array is the caller's
    assertThat(second.rawData("b")).hasValue(first.rawData("b").orElseThrow());
    first.remove("a");
    assertThat(second.profiles()).hasSize(3);
  }

  @Test
  void showsManyProfilesAndDeepOnes() throws KernelException {
    int deep = 1000;
    kernel.load(compiled("profile a { ".repeat(deep) + "}".repeat(deep)));
    String many =
        IntStream.range(0, 8000).mapToObj(i -> "profile p" + i + " { }\n").collect(joining());
    kernel.load(compiled(many));
    assertThat(kernel.profiles()).hasSize(deep + 8000);
    assertThat(kernel.policy().all()).hasSize(deep + 8000);
    assertThat(kernel.policy().profiles()).hasSize(8001);
  }

  @Test
  void refusesNamespacesInEachOtherWithoutEnd() throws KernelException {
    kernel.load(compiled("profile :" + "n//".repeat(63) + "n:p { }"));
    assertThatThrownBy(() -> kernel.load(compiled("profile :" + "n//".repeat(20_000) + "n:p { }")))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("more than 64 namespaces in each other");
    assertThat(kernel.profiles()).hasSize(1);
  }
}
