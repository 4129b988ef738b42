package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.parse.ProfileParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What programs are told that may not change policy, or don't see it. */
@Tag("kernel")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsTest {

  /** Prints whether the kernel is available, and what it says to a profile. */
  static final class Probe {
    private Probe() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
      System.out.println(SecurityFsKernel.availability().name());
      try {
        SecurityFsKernel kernel = SecurityFsKernel.open();
        kernel.load(
            PolicyCompiler.forKernel(kernel.features())
                .compileOrThrow(ProfileParser.parseOrThrow("profile probe { }"))
                .toBytes());
        kernel.remove("probe");
        System.out.println("loaded");
      } catch (KernelException e) {
        System.out.println(e.errno());
      }
    }
  }

  private static List<String> probe(String... wrapper) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(wrapper));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Probe.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }

  @Test
  void takesTheRightToChangePolicy() throws Exception {
    assertThat(probe("setpriv", "--bounding-set=-mac_admin")).containsExactly("ENABLED", "EACCES");
    assertThat(probe("env")).containsExactly("ENABLED", "loaded");
  }

  @Test
  void saysThatSecurityfsIsMissing() throws Exception {
    assertThat(probe("unshare", "-m", "sh", "-c", "umount /sys/kernel/security; exec \"$@\"", "sh"))
        .containsExactly("NOT_MOUNTED", "ENOENT");
  }
}
