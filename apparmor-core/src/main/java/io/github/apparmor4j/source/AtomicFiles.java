package io.github.apparmor4j.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes files of which others see the old or the new one as a whole, at any moment, a crash of the
 * machine included: a temporary file in the same directory is written, synchronized and renamed,
 * and the directory synchronized. Its name starts with a dot and ends in {@code .new}; a process
 * that is killed leaves it, a failure doesn't.
 *
 * <p>A file that is there passes on its owner, group and mode, and on Linux all extended attributes
 * that this process may set, so access control lists and the labels of security modules. What can't
 * be kept of owner, group and mode is a failure; extended attributes that the system refuses to set
 * aren't seen here.
 *
 * <p>Nothing is written through a symbolic link in the file's place; its directory may be one, or
 * be reached by some. All methods may be called by several threads and processes at once; of
 * several writers of one file the last one wins.
 */
public final class AtomicFiles {

  private static final int LONGEST_SHOWN = 50;

  private AtomicFiles() {}

  /**
   * Writes a file. A new one gets the mode that new files have here; a symbolic link in its place
   * is replaced.
   *
   * @param content not kept
   * @throws AccessDeniedException if there is a file that this process may not write
   * @throws FileSystemException if there is something else than a file, or its owner, group and
   *     mode can't be kept
   * @throws IOException if the system refuses; the old file is there then, unless it is the
   *     directory that couldn't be synchronized
   */
  public static void write(Path file, byte[] content) throws IOException {
    put(file, null, content, "rw-rw-rw-", true);
  }

  /**
   * Writes a file as {@link #write} does; a new one is for its owner alone.
   *
   * @param content not kept
   * @throws IOException as {@link #write}
   */
  public static void writePrivate(Path file, byte[] content) throws IOException {
    put(file, null, content, "rw-------", true);
  }

  /**
   * Puts a new file, for its owner alone, in the place of any other, and neither keeps nor
   * synchronizes anything: for what can be made again and tells itself whether it is whole, which
   * after a crash it may not be.
   *
   * @param content not kept
   * @throws IOException if the system refuses; the old file is there then
   */
  public static void writeDisposable(Path file, byte[] content) throws IOException {
    put(file, null, content, "rw-------", false);
  }

  /**
   * Writes a file as {@link #write} does if it still holds what is expected, looked at just before.
   *
   * @param before what it holds; not kept
   * @param after what it shall hold; not kept
   * @return false if it holds something else, and nothing was written
   * @throws AccessDeniedException if this process may not write the file
   * @throws FileSystemException if there is none, it is a symbolic link or something else than a
   *     file, or its owner, group and mode can't be kept
   * @throws IOException as {@link #write}
   */
  public static boolean replace(Path file, byte[] before, byte[] after) throws IOException {
    return put(file, before, after, "rw-------", true);
  }

  private static boolean put(
      Path file, byte @Nullable [] before, byte[] content, String mode, boolean last)
      throws IOException {
    Path directory = directory(file);
    boolean keeps = before != null || (last && isThere(file));
    if (keeps) {
      checkWritable(file);
    }
    Path temporary = Files.createTempFile(directory, prefix(file), ".new", attributes(file, mode));
    try {
      if (keeps) {
        copy(file, temporary);
      }
      if (before != null && !Arrays.equals(Files.readAllBytes(temporary), before)) {
        Files.delete(temporary);
        return false;
      }
      fill(temporary, content, last);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    if (last) {
      synchronize(directory);
    }
    return true;
  }

  private static Path directory(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || file.getFileName() == null) {
      throw notAFile(file);
    }
    return directory;
  }

  /** Returns whether there is a file whose attributes are kept; a link is none. */
  private static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(file);
  }

  private static void checkWritable(Path file) throws IOException {
    if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isRegularFile()) {
      throw notAFile(file);
    } else if (!Files.isWritable(file)) {
      throw new AccessDeniedException(file.toString());
    }
  }

  private static FileSystemException notAFile(Path file) {
    return new FileSystemException(file.toString(), null, "not a regular file");
  }

  /** Returns how the temporary file's name begins: a name of the longest kind has no room left. */
  private static String prefix(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.length() <= LONGEST_SHOWN ? "." + name + "." : ".";
  }

  /** Returns what a new file is made with; the process's mask takes from its mode. */
  private static FileAttribute<?>[] attributes(Path file, String mode) {
    return isPosix(file)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Copies a file, since that takes along what Java has no names for: all extended attributes, and
   * so access control lists and labels.
   */
  private static void copy(Path file, Path temporary) throws IOException {
    Files.copy(
        file,
        temporary,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES,
        LinkOption.NOFOLLOW_LINKS);
    if (!Files.isRegularFile(temporary, LinkOption.NOFOLLOW_LINKS)) {
      throw notAFile(file); // by now
    }
    PosixFileAttributes kept = posix(temporary);
    PosixFileAttributes wanted = posix(file);
    if (kept != null
        && wanted != null
        && !(kept.owner().equals(wanted.owner())
            && kept.group().equals(wanted.group())
            && kept.permissions().equals(wanted.permissions()))) {
      throw new FileSystemException(
          file.toString(), null, "its owner, group and mode can't be kept by this user");
    }
  }

  private static @Nullable PosixFileAttributes posix(Path file) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    return view == null ? null : view.readAttributes();
  }

  private static void fill(Path temporary, byte[] content, boolean last) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING,
            LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (last) {
        channel.force(true);
      }
    }
  }

  /**
   * Makes the entries of a directory last: files and links that were made, renamed or removed in
   * it. Does nothing where directories can't be opened, as on Windows.
   *
   * @throws IOException if the system refuses
   */
  public static void synchronize(Path directory) throws IOException {
    if (isPosix(directory)) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
