package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.kernel.LinuxSecurityModules.Attribute;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.SocketType;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sockets, other processes and namespaces under loaded profiles: what the embedded kernel decides
 * is what happens, and the log has each refusal. What other processes do is done in Perl, which all
 * of Debian has.
 */
@Tag("kernel")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MediationTest {

  private static final String PROFILES =
      """
      profile limited {
        /** mrix, /dev/** rw,
        network inet dgram,
        unix (create bind) type=stream addr=@allowed,
        ptrace (read) peer=limited,
        signal (receive) peer=unconfined,
      }
      profile able {
        /** mrix, /dev/** rw,
        capability perfmon,
        ptrace (read) peer=able,
        signal (receive) peer=unconfined,
      }
      profile free {
        /** mrwix, capability, network, unix, userns, ptrace, signal,
      }
      """;

  private final SecurityFsKernel kernel;
  private final EmbeddedKernel embedded;

  MediationTest() throws IOException {
    kernel = SecurityFsKernel.open();
    embedded = GuestCases.embedded(System.getProperty("os.version"));
  }

  @BeforeEach
  void load() throws IOException {
    byte[] policy =
        PolicyCompiler.forKernel(kernel.features())
            .withDefaultAbi(kernel.features())
            .compileOrThrow(ProfileParser.parseOrThrow(PROFILES))
            .toBytes();
    kernel.replace(policy);
    embedded.replace(policy);
  }

  @AfterEach
  void remove() throws IOException {
    kernel.remove("limited");
    kernel.remove("able");
    kernel.remove("free");
  }

  /** Runs a program under a profile and returns whether it succeeded. */
  private static boolean succeeds(String profile, String... command) throws Exception {
    Process process =
        ConfinedProcessBuilder.of(profile, command)
            .with(builder -> builder.redirectErrorStream(true))
            .start();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  private static String messages() throws Exception {
    Process process = new ProcessBuilder("dmesg").start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  private void assertAsPredicted(String profile, Access access, boolean succeeded)
      throws KernelException {
    assertThat(succeeded)
        .as("%s: %s", profile, access)
        .isEqualTo(embedded.query(profile, access).allowed())
        .isEqualTo(kernel.query(profile, access).allowed());
  }

  private static String[] perl(String program) {
    return new String[] {"perl", "-MSocket", "-e", program};
  }

  @Test
  void refusesSocketsByFamilyAndType() throws Exception {
    String[] stream = perl("socket(S, PF_INET, SOCK_STREAM, 0) or exit 1");
    String[] datagram = perl("socket(S, PF_INET, SOCK_DGRAM, 0) or exit 1");
    for (String profile : new String[] {"limited", "free"}) {
      assertAsPredicted(
          profile, Access.socket(NetworkFamily.INET, SocketType.STREAM), succeeds(profile, stream));
      assertAsPredicted(
          profile,
          Access.socket(NetworkFamily.INET, SocketType.DGRAM),
          succeeds(profile, datagram));
    }
    assertThat(succeeds("limited", stream)).isFalse();
    assertThat(messages())
        .containsPattern("DENIED.*operation=\"create\".*profile=\"limited\".*family=\"inet\"");
  }

  @Test
  void refusesAbstractSocketsByName() throws Exception {
    String bind =
        "socket(S, PF_UNIX, SOCK_STREAM, 0) or exit 1;"
            + " bind(S, pack_sockaddr_un(\"\\0NAME\")) or exit 2";
    assertThat(succeeds("limited", perl(bind.replace("NAME", "allowed")))).isTrue();
    boolean fine = kernel.features().has("network_v9/af_unix");
    assertThat(succeeds("limited", perl(bind.replace("NAME", "another"))))
        .as("kernels that don't mediate names allow all of the type")
        .isEqualTo(!fine);
    assertThat(succeeds("free", perl(bind.replace("NAME", "another")))).isTrue();
    if (fine) {
      assertThat(messages())
          .containsPattern("DENIED.*operation=\"bind\".*profile=\"limited\".*@another");
    }
  }

  @Test
  void refusesToLookIntoOtherProcesses() throws Exception {
    Process victim = new ProcessBuilder("sleep", "60").start();
    try {
      String maps = "/proc/" + victim.pid() + "/maps";
      for (String profile : new String[] {"limited", "free"}) {
        assertAsPredicted(
            profile,
            new Access.Ptrace(PtracePermission.READ, "unconfined"),
            succeeds(profile, "cat", maps));
      }
      assertThat(succeeds("limited", "cat", maps)).isFalse();
      assertThat(succeeds("limited", "cat", "/proc/self/maps")).isTrue();
      assertThat(succeeds("able", "cat", maps))
          .as("newer kernels don't ask security modules about those with perfmon")
          .isEqualTo(System.getProperty("os.version").startsWith("7."));
    } finally {
      victim.destroyForcibly().waitFor();
    }
    assertThat(messages()).containsPattern("DENIED.*operation=\"ptrace\".*profile=\"limited\"");
  }

  @Test
  void refusesUserNamespaces() throws Exception {
    boolean mediated = kernel.features().has("namespaces/mask");
    assertThat(succeeds("limited", "unshare", "-U", "true")).isEqualTo(!mediated);
    assertThat(succeeds("free", "unshare", "-U", "true")).isTrue();
    if (mediated) {
      assertThat(messages()).containsPattern("DENIED.*\"userns_create\".*profile=\"limited\"");
    }
  }

  @Test
  void namesThePeerOfASocket(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      Process client =
          ConfinedProcessBuilder.of(
                  "free",
                  perl(
                      "socket(S, PF_UNIX, SOCK_STREAM, 0) or exit 1;"
                          + " connect(S, pack_sockaddr_un('PATH')) or exit 2; sleep 60"
                              .replace("PATH", path.toString())))
              .start();
      try (SocketChannel peer = server.accept()) {
        int descriptor = descriptor(peer);
        if (kernel.features().has("network_v9/af_unix")) {
          assertThat(LinuxSecurityModules.ofPeer(descriptor)).hasToString("free (enforce)");
        } else {
          assertThatThrownBy(() -> LinuxSecurityModules.ofPeer(descriptor))
              .isInstanceOf(KernelException.class);
        }
      } finally {
        client.destroyForcibly().waitFor();
      }
    }
    assertThatThrownBy(() -> LinuxSecurityModules.ofPeer(-1)).isInstanceOf(KernelException.class);
  }

  private static int descriptor(SocketChannel channel) throws ReflectiveOperationException {
    return (int) Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal").invoke(channel);
  }

  @Test
  void listsModulesAndOwnLabel() throws Exception {
    assertThat(LinuxSecurityModules.active()).contains("capability", "apparmor");
    boolean calls = !LinuxSecurityModules.listed().isEmpty();
    assertThat(calls).isEqualTo(!System.getProperty("os.version").startsWith("6.1."));
    assumeTrue(calls, "this kernel has no lsm_list_modules");
    assertThat(LinuxSecurityModules.listed()).contains("apparmor");
    assertThat(LinuxSecurityModules.ofThisThread(Attribute.CURRENT))
        .hasValueSatisfying(label -> assertThat(label.isUnconfined()).isTrue());
    assertThat(LinuxSecurityModules.ofThisThread(Attribute.EXEC)).isEmpty();
    Thread thread =
        new Thread(
            () -> {
              try {
                Confinement.changeProfile("free");
              } catch (KernelException e) {
                throw new AssertionError(e);
              }
              assertThat(LinuxSecurityModules.ofThisThread(Attribute.CURRENT).orElseThrow())
                  .hasToString("free (enforce)");
            });
    Throwable[] failure = new Throwable[1];
    thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
    thread.start();
    thread.join();
    assertThat(failure[0]).isNull();
  }

  @Test
  void listsWhoUsesTheNetwork() throws Exception {
    try (ServerSocket server = new ServerSocket(0)) {
      long self = ProcessHandle.current().pid();
      assertThat(NetworkProcess.all())
          .anySatisfy(
              one -> {
                assertThat(one.process().pid()).isEqualTo(self);
                assertThat(one.roles()).contains(NetworkProcess.Role.SERVER);
                assertThat(one.isConfined()).isFalse();
                assertThat(one.arguments().get(0)).endsWith("java");
              });
      assertThat(server.isBound()).isTrue();
    }
  }
}
