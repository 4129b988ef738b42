package io.github.apparmor4j.resolve;

import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the texts that {@code include} and {@code abi} rules name. Implementations are thread-safe.
 */
public interface IncludeResolver {

  /**
   * Returns the texts behind a name: one for a file, those of its files in byte order for a
   * directory. The same text is the same object on every call, so that it is parsed once.
   *
   * @param path as the rule names it
   * @param searched whether it is looked for in the include directories, or relative to the current
   *     one
   * @return nothing if there is nothing of that name
   * @throws IOException if there is, but it can't be read
   */
  Optional<List<SourceText>> find(String path, boolean searched) throws IOException;

  /** Returns a resolver that finds nothing. */
  static IncludeResolver none() {
    return (path, searched) -> Optional.empty();
  }

  /** Returns a resolver of texts by name. */
  static IncludeResolver memory(Map<String, String> texts) {
    Map<String, SourceText> sources =
        texts.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, e -> SourceText.of(e.getKey(), e.getValue())));
    return (path, searched) -> Optional.ofNullable(sources.get(path)).map(List::of);
  }

  /**
   * Returns a resolver of files: {@code <path>} in each directory in turn, {@code "path"} in the
   * current directory, then in the last one. Follows symbolic links and {@code ..} as the system
   * does: profiles are trusted to name any file, their content is not shown but for diagnostics. A
   * file is read once and kept; files of more than 16 MiB are refused.
   *
   * @param directories at least one, in the order of search
   */
  static IncludeResolver directories(Path... directories) {
    return new DirectoryIncludes(Path.of(""), List.of(directories));
  }

  /**
   * Returns a resolver of files, as {@link #directories(Path...)} does.
   *
   * @param current what {@code "path"} is relative to
   * @param directories in the order of search
   */
  static IncludeResolver directories(Path current, List<Path> directories) {
    return new DirectoryIncludes(current, directories);
  }

  /**
   * Returns a resolver of resources in UTF-8, of whatever spelling the include is. Resources have
   * no directories, so a directory can't be included.
   *
   * @param loader where resources are looked for
   * @param prefix put before names; ends in a slash
   */
  static IncludeResolver classPath(ClassLoader loader, String prefix) {
    return new ClassPathIncludes(loader, prefix);
  }

  /** Returns a resolver that asks another for what this one doesn't find. */
  default IncludeResolver orElse(IncludeResolver other) {
    return (path, searched) -> {
      Optional<List<SourceText>> texts = find(path, searched);
      return texts.isEmpty() ? other.find(path, searched) : texts;
    };
  }
}
