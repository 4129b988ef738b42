package io.github.apparmor4j.resolve;

import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A finder of the texts that {@code include} and {@code abi} rules name. Implementations are
 * thread-safe.
 *
 * <pre>{@code
 * IncludeResolver includes =
 *     IncludeResolver.directories(Path.of("/etc/apparmor.d"))
 *         .orElse(IncludeResolver.memory(Map.of("local/web", "/srv/www/** r,")));
 * }</pre>
 */
public interface IncludeResolver {

  /**
   * Returns the texts that a name stands for: one for a file; for a directory those of its files,
   * in byte order. The same text is the same object on every call, so that it is parsed once.
   *
   * @param path the path as the rule names it
   * @param searched whether it is looked for in the include directories; otherwise the path is
   *     relative to the current directory
   * @return the texts; empty if nothing has that name
   * @throws IOException if something has that name but can't be read
   */
  Optional<List<SourceText>> find(String path, boolean searched) throws IOException;

  /** Returns a resolver that finds nothing. */
  static IncludeResolver none() {
    return (path, searched) -> Optional.empty();
  }

  /**
   * Returns a resolver of texts by name.
   *
   * @param texts the content by path; copied
   */
  static IncludeResolver memory(Map<String, String> texts) {
    Map<String, SourceText> sources =
        texts.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, e -> SourceText.of(e.getKey(), e.getValue())));
    return (path, searched) -> Optional.ofNullable(sources.get(path)).map(List::of);
  }

  /**
   * Returns a resolver of files. It looks for {@code <path>} in each directory in turn, and for
   * {@code "path"} in the current directory, then in the last of the directories. It follows
   * symbolic links and {@code ..} as the system does: profiles are trusted to name any file, whose
   * content is shown only in diagnostics. Each name is looked up once, and the answer is kept;
   * files of more than 16 MiB are refused.
   *
   * @param directories at least one, in the order of search
   */
  static IncludeResolver directories(Path... directories) {
    return new DirectoryIncludes(Path.of(""), List.of(directories));
  }

  /**
   * Returns a resolver of files, as {@link #directories(Path...)} does.
   *
   * @param current the directory that {@code "path"} is relative to
   * @param directories in the order of search
   */
  static IncludeResolver directories(Path current, List<Path> directories) {
    return new DirectoryIncludes(current, directories);
  }

  /**
   * Returns a resolver of files for texts that are not trusted, such as those that somebody sends
   * to a machine. It looks for {@code <path>} and for {@code "path"} in each directory in turn, and
   * finds no file outside of it: not by an absolute path, not by {@code ..}, not by a symbolic link
   * that leads out. Otherwise it is as {@link #directories(Path...)}.
   *
   * @param directories in the order of search
   */
  static IncludeResolver within(Path... directories) {
    return new DirectoryIncludes(null, List.of(directories));
  }

  /**
   * Returns a resolver of class path resources in UTF-8. {@code <path>} and {@code "path"} mean the
   * same. Resources have no directories, so a directory can't be included. Resources of more than
   * 16 MiB are refused.
   *
   * @param loader where resources are looked for
   * @param prefix put before names; ends in a slash
   */
  static IncludeResolver classPath(ClassLoader loader, String prefix) {
    return new ClassPathIncludes(loader, prefix);
  }

  /** Returns a resolver that asks another one for what this one doesn't find. */
  default IncludeResolver orElse(IncludeResolver other) {
    return (path, searched) -> {
      Optional<List<SourceText>> texts = find(path, searched);
      return texts.isEmpty() ? other.find(path, searched) : texts;
    };
  }
}
