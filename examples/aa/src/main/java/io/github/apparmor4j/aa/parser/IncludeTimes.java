package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;

/**
 * A finder of included texts that notes the time of the youngest file or directory that was found,
 * which is the time of a policy made of them. For one thread.
 */
final class IncludeTimes implements IncludeResolver {

  private final IncludeResolver texts;
  private final List<Path> directories;
  private FileTime youngest;

  /**
   * Creates a finder.
   *
   * @param texts finds the texts
   * @param directories where these are searched
   * @param first a time to begin with
   */
  IncludeTimes(IncludeResolver texts, List<Path> directories, FileTime first) {
    this.texts = texts;
    this.directories = directories;
    this.youngest = first;
  }

  /** Returns the time of the youngest so far. */
  FileTime youngest() {
    return youngest;
  }

  @Override
  public Optional<List<SourceText>> find(String path, boolean searched) throws IOException {
    Optional<List<SourceText>> found = texts.find(path, searched);
    if (found.isPresent()) {
      for (SourceText text : found.get()) {
        note(Path.of(text.name()));
      }
      // The directory itself, which is younger than its files once one was removed.
      for (Path directory : searched ? directories : List.of(Path.of(""))) {
        Path named = directory.resolve(path.startsWith("/") && searched ? path.substring(1) : path);
        if (Files.isDirectory(named)) {
          note(named);
        }
      }
    }
    return found;
  }

  private void note(Path path) throws IOException {
    FileTime time = Files.getLastModifiedTime(path);
    if (time.compareTo(youngest) > 0) {
      youngest = time;
    }
  }
}
