package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import io.github.apparmor4j.policy.PolicyReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.commons.JUnitException;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.launcher.Launcher;
import org.opentest4j.AssertionFailedError;

/** A virtual machine that runs this module's tests of tag {@code kernel} on a real kernel. */
final class Guest {

  /** Where the results' directory is in the guest ({@code src/vm/init}). */
  static final Path RESULTS = Path.of("/run/results");

  private static final int SECONDS = GuestCases.LONG ? 1200 : 420;

  /**
   * What became of a test in the guest.
   *
   * @param status SUCCESSFUL, FAILED, ABORTED or SKIPPED
   * @param name class and method
   * @param why the stack trace or the reason; may be empty
   */
  record Result(String status, String name, String why) {

    /** Fails as the test failed in the guest. */
    void check() {
      if (status.equals("ABORTED") || status.equals("SKIPPED")) {
        Assumptions.abort(why.lines().findFirst().orElse(status));
      }
      if (!status.equals("SUCCESSFUL")) {
        throw new AssertionFailedError("in the guest:\n" + why);
      }
    }
  }

  private Guest() {}

  /**
   * Boots a kernel and runs the tests.
   *
   * @param version as {@code src/vm/guest} takes it
   * @param directory an empty one for results; what is in {@code cases} below it, the tests find
   */
  static List<Result> run(String version, Path directory)
      throws IOException, InterruptedException, URISyntaxException {
    Path lines = directory.resolve("tests");
    Files.writeString(
        directory.resolve("script"),
        ("exec '%s/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx2g -Dapparmor.long=%s"
                + " --add-exports java.base/sun.nio.ch=ALL-UNNAMED -cp '%s' %s %s%n")
            .formatted(
                System.getProperty("java.home"),
                GuestCases.LONG,
                String.join(":", classPath()),
                GuestRunner.class.getName(),
                RESULTS.resolve("tests")));
    Path messages = directory.resolve("messages");
    Process process =
        new ProcessBuilder(
                "src/vm/guest", "run", version, directory.toString(), String.valueOf(SECONDS))
            .redirectErrorStream(true)
            .redirectOutput(messages.toFile())
            .start();
    int status = process.waitFor();
    assertThat(status)
        .as(
            "the guest said: %s%nand printed: %s",
            text(messages), text(directory.resolve("output")))
        .isZero();
    List<String> all = Files.readAllLines(lines, StandardCharsets.UTF_8);
    assertThat(all).as("tests in the guest, the last line").endsWith("END");
    return all.subList(0, all.size() - 1).stream().map(Guest::result).toList();
  }

  private static Result result(String line) {
    String[] columns = line.split("\t", -1);
    return new Result(
        columns[0],
        columns[1],
        new String(Base64.getDecoder().decode(columns[2]), StandardCharsets.UTF_8));
  }

  /** Returns a file's text, or that there is none. */
  static String text(Path file) throws IOException {
    return Files.exists(file)
        ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
        : "(nothing)";
  }

  /**
   * Returns where the classes of this module and of what its tests use are; Maven keeps no list.
   */
  static Set<String> classPath() throws URISyntaxException {
    Set<String> path = new LinkedHashSet<>();
    path.add(Path.of("target/test-classes").toAbsolutePath().toString());
    for (Class<?> type :
        List.of(
            AppArmorKernel.class,
            PolicyReader.class,
            Native.class,
            Test.class,
            ParameterizedTest.class,
            JupiterTestEngine.class,
            JUnitException.class,
            TestEngine.class,
            Launcher.class,
            AssertionFailedError.class,
            Assertions.class)) {
      path.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return path;
  }
}
