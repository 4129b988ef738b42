package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ComposeCodesTest {

  private static Set<String> matches(String pattern, String text) {
    Set<String> found = new TreeSet<>();
    Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .forEach(match -> found.add(match.group(1)));
    return found;
  }

  @Test
  void theDocumentListsEveryCodeAndNoOther() throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        used.addAll(matches("\"(AA-[A-Z]+-\\d{4})\"", Files.readString(file)));
      }
    }
    String document = Files.readString(Path.of("../docs/containers.md"));
    assertThat(matches("^\\| (AA-COMPOSE-\\d{4}) \\|", document)).isEqualTo(used);
  }
}
