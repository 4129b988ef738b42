package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.kernel.testing.Guest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * AppArmor's own regression suite on real kernels, with {@code aa parser} in the place of {@code
 * apparmor_parser}: scripts that load profiles and run small programs under them. It comes out of
 * Debian's source package and is only built and run (docs/real-kernels.md).
 */
@Tag("vm")
class RegressionSuiteTest {

  /** Scripts that ask for many different things in little time, and pass with the reference. */
  private static final List<String> BREADTH =
      List.of(
          "changehat",
          "changehat_fork",
          "changeprofile",
          "clone",
          "coredump",
          "deleted",
          "e2e",
          "exec",
          "introspect",
          "mkdir");

  /** Runs scripts with the parser in $who's name, and leaves what each said in a file. */
  private static final String SCRIPT =
      """
      echo 1 > /proc/sys/kernel/printk
      mkdir -p /etc/apparmor /etc/apparmor.d
      touch /etc/apparmor/parser.conf
      command -v aa-exec > /dev/null || ln -s 'AAEXEC' /usr/bin/aa-exec
      ip link set lo up 2> /dev/null || ifconfig lo up 2> /dev/null
      cd 'SUITE'
      suite() {
        for script in SCRIPTS; do
          timeout 300 bash ./$script.sh > /run/results/$script.$1 2>&1 < /dev/null
          echo "$script $1 $?"
        done
      }
      """;

  private static final String OURS =
      """
      rm -f /usr/sbin/apparmor_parser
      COMMAND /usr/sbin/apparmor_parser > /dev/null &
      until [ -e /usr/sbin/apparmor_parser ]; do sleep 0.1; done
      suite ours
      kill $!
      """;

  /** In the place of aa-exec, which all scripts want and few call. */
  private static final String NOTHING = "/usr/bin/true";

  private static final String THEIRS =
      """
      rm -f /usr/sbin/apparmor_parser
      ln -s 'REFERENCE' /usr/sbin/apparmor_parser
      suite theirs
      """;

  @TempDir private Path directory = Path.of("");

  @Test
  void passesWhatTheReferencePasses() throws Exception {
    List<String> said = run("6.12", suite(), NOTHING, BREADTH, OURS, 600);
    assertThat(said).containsExactlyElementsOf(BREADTH.stream().map(s -> s + " ours 0").toList());
    for (String script : BREADTH) {
      assertThat(results(script + ".ours")).as(script).isEmpty();
    }
  }

  /** The whole suite, script by script beside the reference: hours. */
  @ParameterizedTest
  @ValueSource(strings = {"6.1", "6.12", "7.2"})
  void differsInNoScript(String kernel) throws Exception {
    assumeTrue(Boolean.getBoolean("apparmor.long"), "only with -Dapparmor.long=true");
    Path suite = suite();
    Path finder =
        Path.of(System.getProperty("apparmor.shared", "../../shared"), "tools/reference-parser");
    assumeTrue(Files.exists(finder), "no " + finder + " (property apparmor.shared)");
    String reference = output(new ProcessBuilder(finder.toString())).strip();
    List<String> scripts;
    try (var files = Files.list(suite)) {
      scripts =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".sh"))
              .map(name -> name.replaceFirst("\\.sh$", ""))
              .filter(name -> !name.equals("strace")) // runs another script, traced
              .sorted()
              .toList();
    }
    String aaExec = Path.of(reference).resolveSibling("root/usr/bin/aa-exec").toString();
    String parsers = OURS + THEIRS.replace("REFERENCE", reference);
    run(kernel, suite, aaExec, scripts, parsers, 14_400);
    for (String script : scripts) {
      assertThat(results(script + ".ours")).as(script).isEqualTo(results(script + ".theirs"));
    }
  }

  /** Returns the directory of the suite, whose programs are built. */
  private static Path suite() throws IOException, InterruptedException {
    String programs = output(new ProcessBuilder(Guest.script().toString(), "programs"));
    Path suite =
        Path.of(
            programs.lines().reduce((first, last) -> last).orElse(""), "tests/regression/apparmor");
    output(
        new ProcessBuilder("make", "-k", "USE_SYSTEM=1", "AA_EXEC=/usr/bin/true", "all")
            .directory(suite.toFile()));
    return suite;
  }

  private List<String> run(
      String kernel, Path suite, String aaExec, List<String> scripts, String parsers, int seconds)
      throws IOException, InterruptedException {
    String command =
        AaServer.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    Files.writeString(
        directory.resolve("script"),
        (SCRIPT + parsers)
            .replace("SUITE", suite.toString())
            .replace("AAEXEC", aaExec)
            .replace("SCRIPTS", String.join(" ", scripts))
            .replace("COMMAND", command));
    String said =
        output(
            new ProcessBuilder(
                Guest.script().toString(), "run", kernel, directory.toString(), "" + seconds));
    assertThat(directory.resolve("output")).as(said).exists();
    return Files.readAllLines(directory.resolve("output"));
  }

  /** Returns what a script said about its tests: nothing, if all ran and went as it expects. */
  private List<String> results(String file) throws IOException {
    return Files.readAllLines(directory.resolve(file)).stream()
        .filter(line -> line.matches(".*(^Error:|Fatal Error|Compiler does not support).*"))
        .map(line -> line.replaceAll("sdtest\\.[-0-9A-Za-z]+", "sdtest"))
        .toList();
  }

  private static String output(ProcessBuilder command) throws IOException, InterruptedException {
    Path file = Files.createTempFile("suite", ".out");
    try {
      command.redirectErrorStream(true).redirectOutput(file.toFile()).start().waitFor();
      return Files.readString(file);
    } finally {
      Files.delete(file);
    }
  }
}
