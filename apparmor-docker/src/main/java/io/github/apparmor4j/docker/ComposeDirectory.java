package io.github.apparmor4j.docker;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the files of a project in directories, as {@code docker compose} does. */
final class ComposeDirectory {

  private static final List<String> NAMES =
      List.of("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml");
  private static final List<String> OVERRIDES =
      List.of(
          "compose.override.yaml",
          "compose.override.yml",
          "docker-compose.override.yml",
          "docker-compose.override.yaml");

  private ComposeDirectory() {}

  static ComposeProject read(Path directory, List<Path> given, Map<String, String> environment)
      throws IOException {
    Path start = directory.toAbsolutePath().normalize();
    // COMPOSE_FILE may stand in the .env of the directory where Compose is started.
    Map<String, String> variables = given.isEmpty() ? under(environment, start) : environment;
    List<Path> files = new ArrayList<>();
    given.forEach(file -> files.add(start.resolve(file)));
    if (files.isEmpty()) {
      files.addAll(named(start, variables));
    }
    if (files.isEmpty()) {
      files.addAll(usual(start));
    }
    Path project = Objects.requireNonNull(files.get(0).getParent(), "a file's directory");
    List<ComposeFile> parsed = new ArrayList<>();
    for (Path file : files) {
      parsed.add(ComposeFile.parse(read(file, project)));
    }
    return ComposeProject.of(
            parsed.get(0), parsed.subList(1, parsed.size()).toArray(ComposeFile[]::new))
        .withFiles(path -> find(project, path))
        .withEnvironment(under(variables, project));
  }

  private static List<Path> named(Path start, Map<String, String> variables) {
    String names = variables.getOrDefault("COMPOSE_FILE", "");
    String separator = variables.getOrDefault("COMPOSE_PATH_SEPARATOR", File.pathSeparator);
    List<Path> files = new ArrayList<>();
    if (!names.isEmpty()) {
      for (String name : names.split(Pattern.quote(separator), -1)) {
        files.add(start.resolve(name));
      }
    }
    return files;
  }

  /** Returns the file with the first of the usual names, here or above, and its override. */
  private static List<Path> usual(Path start) throws IOException {
    for (Path directory = start; directory != null; directory = directory.getParent()) {
      Path file = first(directory, NAMES);
      if (file != null) {
        Path override = first(directory, OVERRIDES);
        return override == null ? List.of(file) : List.of(file, override);
      }
    }
    throw new NoSuchFileException(start.toString(), null, "no compose file is here or above");
  }

  private static @Nullable Path first(Path directory, List<String> names) {
    return names.stream()
        .map(directory::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }

  private static Map<String, String> under(Map<String, String> given, Path directory)
      throws IOException {
    Path file = directory.resolve(DotEnv.NAME);
    if (!Files.isRegularFile(file)) {
      return given;
    }
    List<Diagnostic> problems = new ArrayList<>();
    Map<String, String> values = DotEnv.under(given, SourceText.read(file), problems::add);
    if (!problems.isEmpty()) {
      throw new DiagnosticException(problems);
    }
    return values;
  }

  /** Reads a file whose name is shown relative to the project's directory, if it is in it. */
  private static SourceText read(Path file, Path project) throws IOException {
    Path absolute = file.normalize();
    Path shown = absolute.startsWith(project) ? project.relativize(absolute) : absolute;
    return SourceText.of(shown.toString(), SourceText.read(absolute).text());
  }

  private static @Nullable SourceText find(Path project, String path) {
    try {
      Path file = project.resolve(path);
      return Files.isRegularFile(file) ? read(file, project) : null;
    } catch (IOException | InvalidPathException e) {
      return null; // as good as missing
    }
  }
}
