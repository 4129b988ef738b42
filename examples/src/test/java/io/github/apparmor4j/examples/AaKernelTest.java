package io.github.apparmor4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.parse.ProfileParser;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code aa} on a real AppArmor kernel, in a virtual machine. */
@Tag("kernel")
class AaKernelTest {

  private static final String SCRIPT =
      """
      echo 1 > /proc/sys/kernel/printk
      aa() { JAVA -XX:TieredStopAtLevel=1 -cp 'CLASSPATH' io.github.apparmor4j.examples.Aa "$@"; }
      cd 'DIRECTORY'
      aa enabled
      aa load web && cat /sys/kernel/security/apparmor/profiles
      aa load web; echo "status $?"
      aa replace web2 && cat /sys/kernel/security/apparmor/profiles
      aa remove web nobody; echo "status $?"
      cat /sys/kernel/security/apparmor/profiles
      """;

  private static final String WEB =
      "profile web { /a r, hat h { } hat i { profile j { } } }\nprofile aweb { }\n";
  private static final String WEB2 = "profile web flags=(complain) { /a r, }\nprofile x { }\n";

  /** Returns what the embedded kernel lists after the same calls. */
  private static List<String> listed(EmbeddedKernel kernel) {
    return kernel.profiles().stream().map(LoadedProfile::toString).toList();
  }

  private static byte[] compiled(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compile(ProfileParser.parseOrThrow(text))
        .toBytes();
  }

  @Test
  void loadsReplacesAndRemoves() throws Exception {
    Path guest =
        Path.of(System.getProperty("apparmor.shared", "../../shared"), "tools/guest").normalize();
    assumeTrue(Files.exists(guest), "no guest at " + guest + " (property apparmor.shared)");
    String classes = System.getProperty("java.class.path");
    assumeTrue(!classes.contains("/tmp/"), "the guest doesn't see what lies below /tmp");
    Path directory = Files.createTempDirectory(Path.of(System.getProperty("user.home")), ".guest");
    try {
      Files.writeString(directory.resolve("web"), WEB);
      Files.writeString(directory.resolve("web2"), WEB2);
      Path script = directory.resolve("script");
      Files.writeString(
          script,
          SCRIPT
              .replace("JAVA", System.getProperty("java.home") + "/bin/java")
              .replace("CLASSPATH", classes)
              .replace("DIRECTORY", directory.toString()));
      Path output = directory.resolve("output");
      new ProcessBuilder(guest.toString(), "6.12", script.toString())
          .redirectErrorStream(true)
          .redirectOutput(output.toFile())
          .start()
          .waitFor();
      List<String> lines = Files.readAllLines(output);
      EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
      List<String> expected = new ArrayList<>(List.of("Yes"));
      kernel.load(compiled(WEB));
      expected.addAll(listed(kernel));
      expected.add(
          "aa: web: load: EEXIST (17): /sys/kernel/security/apparmor/.load: a profile of that name"
              + " is loaded already; replace it");
      expected.add("status 1");
      kernel.replace(compiled(WEB2));
      expected.addAll(listed(kernel));
      expected.add(
          "aa: nobody: remove: ENOENT (2): /sys/kernel/security/apparmor/.remove: no such profile");
      expected.add("status 1");
      kernel.remove("web");
      expected.addAll(listed(kernel));
      expected.add("guest exit 0");
      assertThat(lines).isEqualTo(expected);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }
}
