package io.github.apparmor4j.resolve;

import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A resolver of includes in the file system. */
final class DirectoryIncludes implements IncludeResolver {

  static final int MAX_BYTES = BoundedFiles.inHeap(16 << 20);

  /** Where quoted paths begin; {@code null} if nothing outside of the directories may be read. */
  private final @Nullable Path current;

  private final List<Path> directories;
  private final ConcurrentHashMap<String, Optional<List<SourceText>>> found =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Path, SourceText> texts = new ConcurrentHashMap<>();

  DirectoryIncludes(@Nullable Path current, List<Path> directories) {
    this.current = current;
    this.directories = List.copyOf(directories);
  }

  @Override
  public Optional<List<SourceText>> find(String path, boolean searched) throws IOException {
    String key = (searched ? "<" : "\"") + path;
    Optional<List<SourceText>> known = found.get(key);
    if (known == null) {
      Optional<List<SourceText>> looked = Optional.ofNullable(look(path, searched));
      known = found.putIfAbsent(key, looked);
      known = known == null ? looked : known;
    }
    return known;
  }

  private @Nullable List<SourceText> look(String path, boolean searched) throws IOException {
    try {
      if (!searched && current != null) {
        Path direct = current.resolve(Path.of(path));
        return Files.exists(direct) ? texts(direct) : null;
      }
      for (Path directory : directories) {
        if (current == null && (path.startsWith("/") || !isWithin(directory.resolve(path)))) {
          continue;
        }
        Path candidate = directory.resolve(path.startsWith("/") ? path.substring(1) : path);
        if (Files.exists(candidate)) {
          return texts(candidate);
        }
      }
      return null;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** Returns whether a path is in one of the directories, wherever links lead. */
  private boolean isWithin(Path path) throws IOException {
    if (!Files.exists(path)) {
      return false;
    }
    Path real = path.toRealPath();
    for (Path directory : directories) {
      if (Files.exists(directory) && real.startsWith(directory.toRealPath())) {
        return true;
      }
    }
    return false;
  }

  private List<SourceText> texts(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(read(path));
    }
    Path dangling = ProfileDirectory.danglingLink(path).orElse(null);
    if (dangling != null) {
      throw new FileSystemException(dangling.toString(), null, "a link that leads nowhere");
    }
    List<Path> files = ProfileDirectory.files(path);
    SourceText[] texts = new SourceText[files.size()];
    for (int i = 0; i < texts.length; i++) {
      if (current == null && !isWithin(files.get(i))) {
        throw new FileSystemException(
            files.get(i).toString(), null, "it leads out of the directory");
      }
      texts[i] = read(files.get(i));
    }
    return List.of(texts);
  }

  /** Returns a file's text: always the same one, however it is included. */
  private SourceText read(Path file) throws IOException {
    Path key = file.toAbsolutePath().normalize();
    SourceText known = texts.get(key);
    if (known == null) {
      SourceText now = content(file);
      known = texts.putIfAbsent(key, now);
      known = known == null ? now : known;
    }
    return known;
  }

  private static SourceText content(Path file) throws IOException {
    return SourceText.of(file.toString(), SourceText.decode(BoundedFiles.read(file, MAX_BYTES)));
  }
}
