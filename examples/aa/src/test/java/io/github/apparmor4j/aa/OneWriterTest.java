package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OneWriterTest {

  private static final Pattern WRITES =
      Pattern.compile(
          "\\bFiles\\s*\\.(write|writeString|move|newOutputStream|newBufferedWriter)\\(");

  /** Writes, and opens what is no file, such as {@code /dev/stdout}. */
  private static final List<String> MAY = List.of("AtomicFiles.java", "OutputFile.java");

  private static boolean writes(Path source) {
    try {
      return WRITES.matcher(Files.readString(source)).find();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void filesAreReplacedInOnePlaceOnly() throws IOException {
    for (String module :
        List.of(
            "apparmor-core",
            "apparmor-core/yaml",
            "apparmor-kernel",
            "apparmor-docker",
            "apparmor-containerd",
            "examples/programs",
            "examples/aa")) {
      try (Stream<Path> files = Files.walk(Path.of("../..", module, "src/main/java"))) {
        assertThat(files.filter(file -> file.toString().endsWith(".java")))
            .as(module)
            .isNotEmpty()
            .filteredOn(OneWriterTest::writes)
            .extracting(file -> file.getFileName().toString())
            .isSubsetOf(MAY);
      }
    }
  }
}
