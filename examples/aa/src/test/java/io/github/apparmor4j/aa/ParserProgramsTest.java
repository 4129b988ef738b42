package io.github.apparmor4j.aa;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.kernel.testing.Guest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * AppArmor's own test programs for its parser, which {@code aa parser} is held to in its place.
 * They come out of Debian's source package and are only run: docs/compatibility.md says what they
 * are.
 */
@Tag("differential")
@Execution(ExecutionMode.CONCURRENT) // most of the time the programs wait for the clock to tick
class ParserProgramsTest {

  @TempDir private static Path directory = Path.of("");

  private static Path programs = Path.of("");
  private static Path parser = Path.of("");
  private static AaServer server;

  @BeforeAll
  static void start() throws Exception {
    String found = run(Map.of(), Path.of("."), Guest.script().toString(), "programs");
    programs = Path.of(found.lines().reduce((first, last) -> last).orElse(""), "parser/tst");
    parser = directory.resolve("apparmor_parser");
    server = AaServer.start(programs, parser);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Its words for errors, and which warnings are shown. */
  @Test
  void errors() throws Exception {
    assertThat(python("errors.py")).contains("Ran 14 tests").endsWith("\nOK\n");
  }

  /** When it reads and writes the cache; nine tests need a kernel with AppArmor. */
  @Test
  void caching() throws Exception {
    assertThat(python("caching.py")).contains("Ran 66 tests").contains("\nOK (skipped=9)\n");
  }

  /** What it makes of a directory. */
  @Test
  void directories() throws Exception {
    String said = run(Map.of("APPARMOR_PARSER", parser.toString()), programs, "./dirtest.sh");
    assertThat(said).isEqualTo("PASS\n");
  }

  private static String python(String program) throws IOException, InterruptedException {
    return run(Map.of(), programs, "python3", "-B", program, "-p", parser.toString());
  }

  /** Runs a program and returns what it prints. */
  private static String run(Map<String, String> environment, Path in, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", "");
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
    builder.environment().putAll(environment);
    builder
        .directory(in.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start()
        .waitFor();
    return Files.readString(output, UTF_8);
  }
}
