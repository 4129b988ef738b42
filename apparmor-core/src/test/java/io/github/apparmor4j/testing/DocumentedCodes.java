package io.github.apparmor4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Codes of diagnostics: those in a module's sources, and those in a document's tables. */
public final class DocumentedCodes {

  private DocumentedCodes() {}

  /**
   * Fails unless a document lists each code of this module, and no other.
   *
   * @param document from the module's directory
   * @param kinds of the codes, {@code COMPOSE}; the document may list others' too
   */
  public static void assertComplete(String document, String... kinds) throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        used.addAll(matches("\"(AA-[A-Z]+-\\d{4})\"", Files.readString(file)));
      }
    }
    String code = "(AA-(?:" + String.join("|", kinds) + ")-\\d{4})";
    assertThat(matches("^\\| " + code + " \\|", Files.readString(Path.of(document))))
        .isEqualTo(used)
        .isNotEmpty();
  }

  private static Set<String> matches(String pattern, String text) {
    Set<String> found = new TreeSet<>();
    Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .forEach(match -> found.add(match.group(1)));
    return found;
  }
}
