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
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes files so that others see either the whole old file or the whole new one at any moment,
 * even if the machine crashes. A temporary file in the same directory is written, synchronized and
 * renamed, then the directory is synchronized. The temporary file's name starts with a dot and ends
 * in {@code .new}; it stays behind if the process is killed, but not after a failure.
 *
 * <p>An existing file passes on its owner, group and mode, and on Linux also all extended
 * attributes that this process may set, which include access control lists and the labels of
 * security modules. If owner, group or mode can't be kept, the write fails; extended attributes
 * that the system refuses to set are lost without notice.
 *
 * <p>A symbolic link in the file's place is never written through; its directory may be a link, or
 * be reached by links. All methods may be called by several threads and processes at once; the last
 * of several writers of one file wins.
 */
public final class AtomicFiles {

  private static final int LONGEST_SHOWN = 50;

  private AtomicFiles() {}

  /**
   * Writes a file. A new file gets the mode that the process gives new files; a symbolic link in
   * its place is replaced.
   *
   * @param content the new content; not kept
   * @throws AccessDeniedException if the file exists and this process may not write it
   * @throws FileSystemException if something other than a regular file is in its place, or its
   *     owner, group and mode can't be kept
   * @throws IOException if the system refuses; the old file is still there, unless only the
   *     directory couldn't be synchronized
   */
  public static void write(Path file, byte[] content) throws IOException {
    put(file, null, content, "rw-rw-rw-", true);
  }

  /**
   * Writes a file as {@link #write} does, but only its owner may read and write a new file.
   *
   * @param content the new content; not kept
   * @throws IOException as {@link #write}
   */
  public static void writePrivate(Path file, byte[] content) throws IOException {
    put(file, null, content, "rw-------", true);
  }

  /**
   * Puts a new file, which only its owner may read and write, in the place of any other. Keeps
   * nothing of the old file and synchronizes nothing. Use this for files that can be made again and
   * that show whether they are complete, since after a crash this one may not be.
   *
   * @param content the new content; not kept
   * @throws IOException if the system refuses; the old file is still there
   */
  public static void writeDisposable(Path file, byte[] content) throws IOException {
    put(file, null, content, "rw-------", false);
  }

  /**
   * Puts a new file, which only its owner may read and write, in the place of any other, with a
   * time of last modification. Keeps nothing of the old file. Use this for files that are valid as
   * long as they are not older than something else: at no moment has one another time.
   *
   * @param content the new content; not kept
   * @param modified the time
   * @throws IOException if the system refuses; the old file is still there
   */
  public static void writeDated(Path file, byte[] content, FileTime modified) throws IOException {
    Path directory = directory(file);
    Path temporary =
        Files.createTempFile(directory, prefix(file), ".new", attributes(file, "rw-------"));
    try {
      fill(temporary, content, true);
      Files.setLastModifiedTime(temporary, modified);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException | Error e) {
      remove(temporary, e);
      throw e;
    }
  }

  /**
   * Writes a file as {@link #write} does, but only if it still holds the expected content, which is
   * checked just before.
   *
   * @param before the expected content; not kept
   * @param after the new content; not kept
   * @return false if the file holds something else; nothing was written then
   * @throws AccessDeniedException if this process may not write the file
   * @throws FileSystemException if the file is missing, is a symbolic link or not a regular file,
   *     or its owner, group and mode can't be kept
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
      remove(temporary, e);
      throw e;
    }
    if (last) {
      synchronize(directory);
    }
    return true;
  }

  private static void remove(Path temporary, Throwable failure) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException left) {
      failure.addSuppressed(left);
    }
  }

  private static Path directory(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || file.getFileName() == null) {
      throw notAFile(file);
    }
    return directory;
  }

  /** Returns whether there is a file whose attributes are kept; a symbolic link doesn't count. */
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

  /**
   * Returns the start of the temporary file's name. It holds the file's own name only if that is
   * short: a name of the greatest length leaves no room for more.
   */
  private static String prefix(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.length() <= LONGEST_SHOWN ? "." + name + "." : ".";
  }

  /**
   * Returns the attributes that a new file is created with; the process's umask takes bits from its
   * mode.
   */
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
   * Copies a file, since a copy takes along what Java has no names for: all extended attributes,
   * and so access control lists and labels.
   */
  private static void copy(Path file, Path temporary) throws IOException {
    Files.copy(
        file,
        temporary,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES,
        LinkOption.NOFOLLOW_LINKS);
    if (!Files.isRegularFile(temporary, LinkOption.NOFOLLOW_LINKS)) {
      throw notAFile(file); // replaced since it was checked
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
   * Makes changes to a directory's entries durable: files and links that were created, renamed or
   * removed in it. Does nothing where directories can't be opened, as on Windows.
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
