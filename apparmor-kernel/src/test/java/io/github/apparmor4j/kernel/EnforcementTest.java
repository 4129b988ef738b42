package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.parse.ProfileParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real tasks under loaded profiles are allowed and refused what the profiles say; in a guest. */
@Tag("kernel")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a process may wait for ever
class EnforcementTest {

  private static final String PROFILES =
      """
      profile confined {
        /** mrix,
        deny /etc/shadow r,
        /dev/** rw,
        /tmp/allowed w,
        /usr/bin/id px -> other,
        /usr/bin/{true,busybox} cx,
        capability dac_override,
        signal (send receive) set=(term) peer=confined,
        signal (receive) peer=unconfined,
        change_profile -> other,
        change_profile -> &other,
        /proc/** rw,
        profile child /usr/bin/true { /** mr, }
        hat inside { /** mrix, /proc/** rw, }
      }
      profile other { /** mrix, /proc/** rw, /dev/** rw, signal (receive) peer=unconfined, }
      profile complains flags=(complain) { /** mrix, /dev/** rw, }
      """;

  private final SecurityFsKernel kernel;

  EnforcementTest() throws IOException {
    kernel = SecurityFsKernel.open();
  }

  @BeforeEach
  void load() throws IOException {
    kernel.replace(
        PolicyCompiler.forKernel(kernel.features())
            .compileOrThrow(ProfileParser.parseOrThrow(PROFILES))
            .toBytes());
  }

  @AfterEach
  void remove() throws IOException {
    for (String name : new String[] {"confined", "other", "complains"}) {
      kernel.remove(name);
    }
  }

  private record Ended(int status, String output) {}

  private static Ended run(String profile, String command) throws Exception {
    Process process =
        ConfinedProcessBuilder.of(profile, "/bin/sh", "-c", command)
            .with(builder -> builder.redirectErrorStream(true))
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  private static String messages() throws Exception {
    Process process = new ProcessBuilder("dmesg").start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void confinesAProcess() throws Exception {
    assertThat(run("confined", "cat /proc/self/attr/current").output())
        .isEqualTo("confined (enforce)\n");
    assertThat(run("nobody", "true").status()).isEqualTo(ConfinedProcessBuilder.REFUSED);
  }

  @Test
  void refusesFilesAndSaysSo() throws Exception {
    assertThat(run("confined", "cat /etc/hostname").status()).isZero();
    assertThat(run("confined", "cat /etc/shadow").output()).contains("Permission denied");
    assertThat(run("confined", "echo x > /tmp/allowed").status()).isZero();
    assertThat(run("confined", "echo x > /tmp/forbidden").output()).contains("Permission denied");
    assertThat(run("complains", "echo x > /tmp/forbidden").status()).isZero();
    assertThat(messages())
        .containsPattern("apparmor=\"DENIED\".*profile=\"confined\" name=\"/tmp/forbidden\"")
        .containsPattern("apparmor=\"ALLOWED\".*profile=\"complains\" name=\"/tmp/forbidden\"")
        .doesNotContainPattern("profile=\"confined\" name=\"/etc/shadow\"");
  }

  @Test
  void changesProfileWithAProgram() throws Exception {
    assertThat(run("confined", "/usr/bin/id -Z 2>&1 || true; exec /usr/bin/true").status())
        .isZero();
    assertThat(messages())
        .doesNotContainPattern("DENIED.*operation=\"exec\".*name=\"/usr/bin/id\"");
  }

  @Test
  void refusesCapabilitiesMountsSocketsAndSignals() throws Exception {
    assertThat(run("confined", "mount -t tmpfs tmpfs /mnt").status()).isNotZero();
    assertThat(run("confined", "chroot / true").status()).isNotZero();
    assertThat(run("confined", "exec 3<>/dev/tcp/127.0.0.1/9").status()).isNotZero();
    Process victim = new ProcessBuilder("sleep", "60").start();
    try {
      assertThat(run("confined", "kill -TERM " + victim.pid()).status()).isNotZero();
      assertThat(victim.isAlive()).isTrue();
      assertThat(run("confined", "sleep 30 >/dev/null 2>&1 & kill -TERM $!").status()).isZero();
    } finally {
      victim.destroyForcibly().waitFor();
    }
    assertThat(messages())
        .containsPattern("DENIED.*operation=\"mount\".*profile=\"confined\"")
        .containsPattern("DENIED.*profile=\"confined\".*capname=\"sys_chroot\"")
        .containsPattern("DENIED.*operation=\"signal\".*profile=\"confined\"");
  }

  /** Runs something in a thread of its own, since its confinement stays. */
  private static void inThread(Body body) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread = new Thread(() -> body.run(failure));
    thread.start();
    thread.join();
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
  }

  private interface Body {
    void run() throws Exception;

    default void run(AtomicReference<Throwable> failure) {
      try {
        run();
      } catch (Exception | AssertionError e) {
        failure.set(e);
      }
    }
  }

  @Test
  void changesAThread() throws Exception {
    inThread(
        () -> {
          assertThat(Confinement.current().isUnconfined()).isTrue();
          assertRefused(KernelException.Errno.EPERM, () -> Confinement.changeHat("inside", 7));
          assertRefused(KernelException.Errno.ENOENT, () -> Confinement.changeProfile("nobody"));
          Confinement.changeProfile("confined");
          assertThat(Confinement.current()).hasToString("confined (enforce)");
          assertRefused(KernelException.Errno.EACCES, () -> Confinement.changeProfile("complains"));
          assertRefused(KernelException.Errno.ENOENT, () -> Confinement.changeHat("outside", 7));
          Confinement.changeHat("inside", 7);
          assertThat(Confinement.current()).hasToString("confined//inside (enforce)");
          assertThat(Confinement.previous().orElseThrow().profiles()).isEqualTo("confined");
          Confinement.leaveHat(7);
          assertThat(Confinement.current()).hasToString("confined (enforce)");
          Confinement.changeOnExec("other");
          assertThat(Confinement.atExec().orElseThrow().profiles()).isEqualTo("other");
          Confinement.changeProfile("other");
          assertThat(Confinement.current()).hasToString("other (enforce)");
        });
    assertThat(Confinement.current().isUnconfined()).as("of this thread").isTrue();
  }

  @Test
  void entersANamespace() throws Exception {
    kernel.createNamespace("room");
    try {
      inThread(
          () -> {
            assertRefused(
                KernelException.Errno.ENOENT, () -> Confinement.enterNamespace("nowhere"));
            Confinement.enterNamespace("room");
            assertThat(Confinement.current().isUnconfined()).isTrue();
            assertThat(kernel.profiles()).as("what it sees").isEmpty();
          });
      assertThat(kernel.profiles()).as("what others see").isNotEmpty();
    } finally {
      kernel.removeNamespace("room");
    }
  }

  @Test
  void stacksProfiles() throws Exception {
    inThread(
        () -> {
          Confinement.stack("confined");
          Confinement.stack("other");
          Label label = Confinement.current();
          assertThat(label.parts()).extracting(Label.Part::profile).contains("confined", "other");
        });
  }

  /** Replaces by a policy again and again: arguments are its file and for how many seconds. */
  static final class Replacer {
    private Replacer() {}

    /** Prints how often. */
    public static void main(String[] arguments) throws IOException {
      byte[] policy = Files.readAllBytes(Path.of(arguments[0]));
      SecurityFsKernel kernel = SecurityFsKernel.open();
      long end = System.nanoTime() + Duration.ofSeconds(Long.parseLong(arguments[1])).toNanos();
      int done = 0;
      for (; System.nanoTime() < end; done++) {
        kernel.replace(policy);
      }
      System.out.println(done);
    }
  }

  private static Process replacer(Path directory, byte[] policy) throws Exception {
    Path file = Files.write(Files.createTempFile(directory, "policy", ""), policy);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m", // three JVMs share the guest's memory
            "-cp",
            System.getProperty("java.class.path"),
            Replacer.class.getName(),
            file.toString(),
            String.valueOf(GuestCases.REPLACING.toSeconds()))
        .redirectErrorStream(true)
        .start();
  }

  /** Two processes replace a profile while this one looks and another runs under it. */
  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void replacingAtOnceTearsNothing(@TempDir Path directory) throws Exception {
    byte[] policy =
        PolicyCompiler.forKernel(kernel.features())
            .compileOrThrow(
                ProfileParser.parseOrThrow(PROFILES.replace("/tmp/allowed w", "/tmp/other w")))
            .toBytes();
    byte[] before = kernel.rawData("confined").orElseThrow();
    Process running = ConfinedProcessBuilder.of("confined", "/bin/sh", "-c", "sleep 600").start();
    Process one = replacer(directory, policy);
    Process other = replacer(directory, before);
    try {
      int looks = 0;
      while (one.isAlive() || other.isAlive()) {
        assertThat(kernel.profiles())
            .contains(
                new LoadedProfile("confined", "enforce"),
                new LoadedProfile("confined//child", "enforce"),
                new LoadedProfile("other", "enforce"));
        assertThat(running.isAlive()).isTrue();
        looks++;
      }
      int replaced = count(one) + count(other);
      System.out.printf(
          "%d s: %d replacements, %d looks%n", GuestCases.REPLACING.toSeconds(), replaced, looks);
      assertThat(looks).isPositive();
      assertThat(kernel.rawData("confined").orElseThrow()).isIn(before, policy);
      assertThat(Confinement.of(running.pid()).profiles()).isEqualTo("confined");
    } finally {
      one.destroyForcibly();
      other.destroyForcibly();
      running.destroyForcibly().waitFor();
    }
  }

  private static int count(Process replacer) throws Exception {
    String line = new String(replacer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(replacer.waitFor()).as(line).isZero();
    int count = Integer.parseInt(line.strip());
    assertThat(count).isPositive();
    return count;
  }

  @Test
  void listsProcesses() throws Exception {
    Process process = ConfinedProcessBuilder.of("other", "sleep", "60").start();
    try {
      // Started is the shell; it becomes the program at once, but not before this returns.
      while (!Confinement.of(process.pid()).profiles().equals("other") && process.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(Confinement.processes())
          .anySatisfy(
              one -> {
                assertThat(one.pid()).isEqualTo(process.pid());
                assertThat(one.executable()).endsWith("sleep");
                assertThat(one.label()).hasToString("other (enforce)");
              });
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static void assertRefused(
      KernelException.Errno errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno));
  }
}
