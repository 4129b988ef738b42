package io.github.apparmor4j.files;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Reads files of which nothing is known: somebody may have put a device, a pipe or a file of
 * terabytes in their place. All files are read by this. Thread-safe.
 *
 * <p>What a path leads to is looked at before it is opened, since opening a pipe waits for its
 * writer. Who can write to the directory could exchange it in between; Java has no way to open
 * without waiting.
 */
public final class BoundedFiles {

  private BoundedFiles() {}

  /**
   * Returns a limit in bytes for this JVM: what is read takes some times its size, and no file may
   * take the whole heap.
   *
   * @param most the limit where there is room
   */
  public static int inHeap(int most) {
    return (int) Math.min(most, Runtime.getRuntime().maxMemory() / 16);
  }

  /**
   * Returns a regular file's bytes. Files of {@code /proc} and {@code /sys}, whose size nobody
   * knows before, are read as well.
   *
   * @param file its path, which may be a link
   * @param most the most bytes that it may have, less than {@code Integer.MAX_VALUE}
   * @throws FileSystemException if it is not a regular file, or has more bytes
   * @throws IOException if it can't be read
   */
  public static byte[] read(Path file, int most) throws IOException {
    check(file, most, Files.readAttributes(file, BasicFileAttributes.class));
    boolean onDisk = file.getFileSystem() == FileSystems.getDefault();
    // A channel costs more than reading a small file does.
    try (InputStream in =
        onDisk ? new FileInputStream(file.toFile()) : Files.newInputStream(file)) {
      return read(file, most, in);
    }
  }

  /**
   * Returns a regular file's bytes, for files that no link may stand in for: those that a program
   * keeps for itself.
   *
   * @param file its path; directories on the way to it may be links
   * @param most the most bytes that it may have, less than {@code Integer.MAX_VALUE}
   * @throws FileSystemException if it is not a regular file, or has more bytes
   * @throws IOException if it can't be read
   */
  public static byte[] readOwn(Path file, int most) throws IOException {
    check(
        file,
        most,
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return read(file, most, in);
    }
  }

  /** Starts of paths that a shell gives, which may be pipes. */
  private static final List<String> DESCRIPTORS =
      List.of("/dev/stdin", "/dev/fd/", "/proc/self/fd/");

  /** Returns whether a path stands for what this process was given to read. */
  public static boolean isDescriptor(Path file) {
    String name = file.toString();
    return DESCRIPTORS.stream().anyMatch(name::startsWith);
  }

  /**
   * Opens a regular file, or what this process was given to read, for readers that keep no more of
   * it than a part that they limit.
   *
   * @param file its path, which may be a link
   * @throws FileSystemException if it is neither
   * @throws IOException if it can't be read
   */
  public static InputStream open(Path file) throws IOException {
    if (!isDescriptor(file)) {
      check(file, Long.MAX_VALUE, Files.readAttributes(file, BasicFileAttributes.class));
    }
    return Files.newInputStream(file);
  }

  private static void check(Path file, long most, BasicFileAttributes attributes)
      throws FileSystemException {
    if (!attributes.isRegularFile()) {
      throw new FileSystemException(
          file.toString(),
          null,
          attributes.isDirectory()
              ? "Is a directory"
              : attributes.isSymbolicLink() ? "is a link" : "not a regular file");
    } else if (attributes.size() > most) {
      throw tooLarge(file, most);
    }
  }

  private static byte[] read(Path file, int most, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(most + 1);
    if (bytes.length > most) {
      throw tooLarge(file, most);
    }
    return bytes;
  }

  private static FileSystemException tooLarge(Path file, long most) {
    return new FileSystemException(file.toString(), null, "it has more than " + most + " bytes");
  }
}
