package io.github.apparmor4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Kinds of diagnostics: a module's enums of them, and the rows of a document's tables. */
public final class DocumentedCodes {

  private static final Path CLASSES = Path.of("target/classes");
  private static final Pattern ROW =
      Pattern.compile("^\\| (AA-[A-Z]+)(-\\d{4}) (\\| [a-z]+ \\| [^|]+) \\|", Pattern.MULTILINE);

  private DocumentedCodes() {}

  /**
   * Fails unless a document says of each kind of this module what the kind says of itself, and has
   * no others of their rooms; and if nothing reports one of them.
   *
   * @param document from the module's directory; it may list other modules' too
   */
  public static void assertComplete(String document) throws IOException {
    String sources = sources();
    Map<String, String> kinds = new TreeMap<>();
    for (Class<?> type : enums()) {
      List<String> codes = new ArrayList<>();
      for (Object constant : type.getEnumConstants()) {
        Diagnostic.Kind kind = (Diagnostic.Kind) constant;
        codes.add(kind.code());
        kinds.put(kind.code(), "| " + kind.severity() + " | " + kind.meaning());
        assertThat(sources).containsPattern(type.getSimpleName() + "\\." + kind + "\\b");
      }
      assertThat(codes).isSorted().doesNotHaveDuplicates();
    }
    assertThat(kinds).isNotEmpty();
    List<String> rooms = kinds.keySet().stream().map(DocumentedCodes::room).distinct().toList();
    Map<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Path.of(document)));
    while (row.find()) {
      if (rooms.contains(row.group(1))) {
        rows.put(row.group(1) + row.group(2), row.group(3));
      }
    }
    assertThat(rows).containsExactlyInAnyOrderEntriesOf(kinds);
  }

  private static String room(String code) {
    return code.substring(0, code.lastIndexOf('-'));
  }

  private static List<Class<?>> enums() throws IOException {
    List<Class<?>> found = new ArrayList<>();
    for (Path file : files(CLASSES, "Problem.class")) {
      String name = CLASSES.relativize(file).toString();
      try {
        Class<?> type = Class.forName(name.substring(0, name.lastIndexOf('.')).replace('/', '.'));
        if (type.isEnum() && Diagnostic.Kind.class.isAssignableFrom(type)) {
          found.add(type);
        }
      } catch (ClassNotFoundException e) {
        throw new AssertionError(file + " is not on the class path", e);
      }
    }
    return found;
  }

  private static String sources() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : files(Path.of("src/main/java"), ".java")) {
      all.append(Files.readString(file));
    }
    return all.toString();
  }

  private static List<Path> files(Path directory, String end) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(end)).toList();
    }
  }
}
