package io.github.apparmor4j.resolve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory of profiles, or of texts that profiles include, and the files in it that count.
 * Thread-safe.
 */
public final class ProfileDirectory {

  // Files that the include of a directory passes over: apparmor.d(5), "#include mechanism".
  private static final List<String> IGNORED_ENDINGS =
      List.of(
          ".dpkg-new",
          ".dpkg-old",
          ".dpkg-dist",
          ".dpkg-bak",
          ".dpkg-remove",
          ".pacsave",
          ".pacnew",
          ".rpmnew",
          ".rpmsave",
          ".orig",
          ".rej",
          "~");

  private ProfileDirectory() {}

  /**
   * Returns the files of a directory that count: not hidden files, not {@code README}, not what
   * package managers and editors leave behind, and nothing in subdirectories.
   *
   * @return the files, sorted by name
   * @throws IOException if the directory can't be read
   */
  public static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).filter(ProfileDirectory::counts).sorted().toList();
    }
  }

  /**
   * Returns a link in a directory that leads nowhere, whatever its name; empty if there is none.
   * {@code apparmor_parser} loads the files of a directory with such a link, but reports a failure,
   * and refuses a profile that includes the directory.
   *
   * @throws IOException if the directory can't be read
   */
  public static Optional<Path> danglingLink(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> Files.isSymbolicLink(file) && !Files.exists(file)).findFirst();
    }
  }

  private static boolean counts(Path file) {
    return counts(String.valueOf(file.getFileName()));
  }

  /** Returns whether a file with a name counts. */
  public static boolean counts(String name) {
    return !name.startsWith(".")
        && !name.equals("README")
        && IGNORED_ENDINGS.stream().noneMatch(name::endsWith);
  }
}
