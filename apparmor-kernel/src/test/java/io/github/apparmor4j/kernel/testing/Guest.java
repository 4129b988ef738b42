package io.github.apparmor4j.kernel.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.opentest4j.AssertionFailedError;

/**
 * A virtual machine that runs a module's tests of tag {@code kernel} on a real kernel, with this
 * build's class path; modules with such tests use it from this one's test jar.
 */
public final class Guest {

  /** Where the results' directory is in the guest ({@code src/vm/init}). */
  public static final Path RESULTS = Path.of("/run/results");

  private static final int CONSOLE = 5000;

  /** Of the tests that a machine spent most time on, how many are named. */
  private static final int SLOWEST = 5;

  /**
   * What became of a test in the guest.
   *
   * @param why the stack trace or the reason
   */
  private record Result(String status, String name, long milliseconds, String why) {

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

  /** Writes what tests in the guest find in the results' directory. */
  @FunctionalInterface
  public interface Preparation {
    /**
     * Writes it.
     *
     * @param results the directory, empty but for what the guest's harness wrote
     */
    void write(Path results) throws Exception;
  }

  private Guest() {}

  /**
   * Boots machines and runs the tests of a package; each is a test here, and one that fails there
   * fails here with its stack trace. Property {@code apparmor.kernels} leaves out the machines of
   * other kernels.
   *
   * <p>Two machines run side by side, with a processor each, and one that is left over runs with
   * two. Two with two each would take more than twice as long: an emulated processor that is not
   * run holds locks that another one spins on.
   *
   * @param machines as {@code src/vm/guest} takes them: {@code 6.12}, {@code 7.2+sid}, {@code
   *     6.12+services-trixie}
   * @param directory for results
   * @param seconds how long a machine may take
   * @param preparation what the tests need
   */
  public static Stream<DynamicContainer> tests(
      List<String> machines,
      Path directory,
      Class<?> ofPackage,
      int seconds,
      Preparation preparation)
      throws IOException, InterruptedException {
    ClassData classes = ClassData.of(classPath(), directory);
    List<String> kernels =
        List.of(System.getProperty("apparmor.kernels", "6.1,6.12,7.2").split(",", -1));
    List<String> chosen =
        machines.stream()
            .filter(machine -> kernels.contains(machine.replaceFirst("\\+.*", "")))
            .toList();
    Map<String, List<DynamicNode>> tests = new ConcurrentHashMap<>();
    for (int i = 0; i < chosen.size(); i += 2) {
      List<String> pair = chosen.subList(i, Math.min(i + 2, chosen.size()));
      int processors = pair.size() == 2 ? 1 : 2;
      List<Thread> threads = new ArrayList<>();
      for (String machine : pair) {
        Path results = directory.resolve(machine);
        Thread thread =
            new Thread(
                () ->
                    tests.put(
                        machine,
                        tests(
                            machine,
                            processors,
                            results,
                            classes,
                            ofPackage,
                            seconds,
                            preparation)));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return chosen.stream()
        .map(
            machine ->
                dynamicContainer(
                    "Linux " + machine, Objects.requireNonNull(tests.get(machine)).stream()));
  }

  private static List<DynamicNode> tests(
      String machine,
      int processors,
      Path results,
      ClassData classes,
      Class<?> ofPackage,
      int seconds,
      Preparation preparation) {
    List<DynamicNode> nodes = new ArrayList<>();
    try {
      Files.createDirectory(results);
      long start = System.nanoTime();
      preparation.write(results);
      long prepared = System.nanoTime();
      List<Result> found =
          run(machine, processors, results, classes, ofPackage.getPackageName(), seconds);
      System.out.println(
          times(ofPackage, machine, prepared - start, System.nanoTime() - prepared, found));
      nodes.add(dynamicTest("tests ran", () -> assertThat(found).isNotEmpty()));
      nodes.add(dynamicTest("the kernel is well", () -> assertWell(results)));
      found.forEach(result -> nodes.add(dynamicTest(result.name(), result::check)));
    } catch (Exception | AssertionError e) {
      nodes.add(
          dynamicTest(
              "runs",
              () -> {
                throw e;
              }));
    }
    return nodes;
  }

  /** Says what took how long, for docs/real-kernels.md. */
  private static String times(
      Class<?> of, String machine, long preparation, long run, List<Result> found) {
    return found.stream()
        .sorted(Comparator.comparingLong(Result::milliseconds).reversed())
        .limit(SLOWEST)
        .map(result -> "%n  %6.1f s  %s".formatted(result.milliseconds() / 1e3, result.name()))
        .collect(
            Collectors.joining(
                "",
                "%s on Linux %s: %.0f s, after %.0f s of preparation; in the guest:"
                    .formatted(of.getSimpleName(), machine, run / 1e9, preparation / 1e9),
                ""));
  }

  private static List<Result> run(
      String machine, int processors, Path directory, ClassData classes, String tests, int seconds)
      throws IOException, InterruptedException {
    Files.writeString(
        directory.resolve("script"),
        """
        export JAVA="'%s/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 %s"
        eval "exec $JAVA -Xmx2g -Dapparmor.long=%s --add-exports java.base/sun.nio.ch=ALL-UNNAMED %s %s %s"
        """
            .formatted(
                System.getProperty("java.home"),
                classes.options(),
                System.getProperty("apparmor.long", "false"),
                GuestRunner.class.getName(),
                tests,
                RESULTS.resolve("tests")));
    Path messages = directory.resolve("messages");
    ProcessBuilder builder =
        new ProcessBuilder(
            script().toString(), "run", machine, directory.toString(), String.valueOf(seconds));
    builder.environment().put("APPARMOR_GUEST_CPUS", "" + processors);
    int status =
        builder.redirectErrorStream(true).redirectOutput(messages.toFile()).start().waitFor();
    assertThat(status)
        .as(
            "the guest said: %s%nand printed: %s%nand its console: %s",
            text(messages),
            text(directory.resolve("output")),
            last(text(directory.resolve("console"))))
        .isZero();
    List<String> all = Files.readAllLines(directory.resolve("tests"), StandardCharsets.UTF_8);
    assertThat(all).as("tests in the guest, the last line").endsWith("END");
    return all.subList(0, all.size() - 1).stream().map(Guest::result).toList();
  }

  /** Returns the script that boots a machine, from the directory of any module. */
  public static Path script() {
    return Stream.of("..", "../..")
        .map(up -> Path.of(up, "apparmor-kernel/src/vm/guest"))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Returns the beginning of a shell's command, in the guest, that starts a JVM with this build's
   * class path and its archive of classes.
   */
  public static String java() {
    return Objects.requireNonNullElse(System.getenv("JAVA"), "java: this is no guest");
  }

  /** Returns the class path of this build's tests, which may be running as a module. */
  public static String classPath() {
    return Stream.of(
            Path.of("target/test-classes").toAbsolutePath().toString(),
            System.getProperty("java.class.path"),
            System.getProperty("jdk.module.path", ""))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(":"));
  }

  private static Result result(String line) {
    String[] columns = line.split("\t", -1);
    return new Result(
        columns[0],
        columns[1],
        Long.parseLong(columns[2]),
        new String(Base64.getDecoder().decode(columns[3]), StandardCharsets.UTF_8));
  }

  private static void assertWell(Path results) throws IOException {
    assertThat(text(results.resolve("dmesg")).lines())
        .noneMatch(line -> line.matches(".*(BUG:|Oops|WARNING:|general protection|Call Trace).*"));
  }

  private static String last(String text) {
    return text.substring(Math.max(0, text.length() - CONSOLE));
  }

  /** Returns a file's text, or that there is none. */
  private static String text(Path file) throws IOException {
    return Files.exists(file)
        ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
        : "(nothing)";
  }
}
