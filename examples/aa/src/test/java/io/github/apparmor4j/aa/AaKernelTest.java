package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.kernel.testing.ClassData;
import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.parse.ProfileParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aa} on a real AppArmor kernel, in a virtual machine. */
@Tag("vm")
class AaKernelTest {

  private static final String SCRIPT =
      """
      echo 1 > /proc/sys/kernel/printk
      aa() { JAVA -XX:+UseSerialGC -XX:TieredStopAtLevel=1 OPTIONS io.github.apparmor4j.aa.Aa "$@"; }
      cd 'DIRECTORY'
      aa enabled
      aa load web && cat /sys/kernel/security/apparmor/profiles
      aa load web; echo "status $?"
      aa replace web2 && cat /sys/kernel/security/apparmor/profiles
      aa remove web nobody; echo "status $?"
      cat /sys/kernel/security/apparmor/profiles
      aa exec -p x -- cat /proc/self/attr/current; echo "status $?"
      aa exec -p nobody -- cat /proc/self/attr/current 2> /dev/null; echo "status $?"
      aa status --json
      mkdir store; cp stored store/stored
      aa complain -d store /usr/bin/man nobody; echo "status $?"
      cat store/stored; grep -c 'man.*complain' /sys/kernel/security/apparmor/profiles
      aa remove-unknown -d store -n
      aa remove-unknown -d store
      aa disable -d store man; ls store/disable; cat /sys/kernel/security/apparmor/profiles
      aa kill -d store --no-reload --dry-run man
      aa unconfined --show all --short | grep -c "^$$ .*not confined"
      """;

  private static final String WEB =
      "profile web { /a r, hat h { } hat i { profile j { } } }\nprofile aweb { }\n";
  private static final String WEB2 =
      "profile web flags=(complain) { /a r, }\nprofile x { /** mr, }\n";

  private static final String STORED = "profile man /usr/bin/man { /** r, } # as it was\n";

  /** Returns what the embedded kernel lists after the same calls. */
  private static List<String> listed(EmbeddedKernel kernel) {
    return kernel.profiles().stream().map(LoadedProfile::toString).toList();
  }

  private static byte[] compiled(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(ProfileParser.parseOrThrow(text))
        .toBytes();
  }

  @TempDir private Path directory = Path.of("");

  @Test
  void loadsReplacesRemovesAndConfines() throws Exception {
    Files.writeString(directory.resolve("web"), WEB);
    Files.writeString(directory.resolve("web2"), WEB2);
    Files.writeString(directory.resolve("stored"), STORED);
    Files.writeString(
        directory.resolve("script"),
        SCRIPT
            .replace("JAVA", System.getProperty("java.home") + "/bin/java")
            .replace(
                "OPTIONS",
                ClassData.of(
                        System.getProperty("java.class.path"),
                        Files.createDirectory(directory.resolve("classes")))
                    .options())
            .replace("DIRECTORY", directory.toString()));
    Path messages = directory.resolve("messages");
    int status =
        new ProcessBuilder(Guest.script().toString(), "run", "6.12", "" + directory, "600")
            .redirectErrorStream(true)
            .redirectOutput(messages.toFile())
            .start()
            .waitFor();
    List<String> lines = Files.readAllLines(directory.resolve("output"));
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    List<String> expected = new ArrayList<>(List.of("Yes"));
    kernel.load(compiled(WEB));
    expected.addAll(listed(kernel));
    expected.add(
        "aa: web: load: EEXIST (17): /sys/kernel/security/apparmor/.load: a profile or"
            + " namespace of that name is there already");
    expected.add("status 1");
    kernel.replace(compiled(WEB2));
    expected.addAll(listed(kernel));
    expected.add(
        "aa: nobody: remove: ENOENT (2): /sys/kernel/security/apparmor/.remove: no such profile or"
            + " namespace");
    expected.add("status 1");
    kernel.remove("web");
    expected.addAll(listed(kernel));
    expected.addAll(List.of("x (enforce)", "status 0", "status 126"));
    expected.add(
        "{\"version\": \"2\", \"profiles\": {\"aweb\": \"enforce\", \"x\": \"enforce\"},"
            + " \"processes\": {}}");
    expected.addAll(
        List.of(
            "Setting man to complain mode.",
            "aa: no profile for nobody",
            "status 1",
            "profile man /usr/bin/man flags=(complain) { /** r, } # as it was",
            "1",
            "Would remove 'aweb'",
            "Would remove 'x'",
            "Removing 'aweb'",
            "Removing 'x'",
            "Disabling man.",
            "stored",
            "Setting man to kill mode.",
            "would change " + directory.resolve("store/stored"),
            "1"));
    assertThat(lines).isEqualTo(expected);
    assertThat(status).as(Files.readString(messages)).isZero();
  }
}
