package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.PolicyStoreException.Reason;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;

/** Changes of files of which others see all or nothing. */
final class AtomicFiles {

  private AtomicFiles() {}

  /** Puts a new text in a file's place, unless it isn't any more what the edit is of. */
  static void replace(StoreChange.Edit edit) throws IOException {
    Path file = edit.file();
    Path directory = directoryOf(file);
    Path temporary = Files.createTempFile(directory, "." + file.getFileName() + ".", ".new");
    try {
      // Copying takes along what Java has no names for: all extended attributes, and so access
      // control lists and the labels of other security modules.
      Files.copy(
          file,
          temporary,
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.COPY_ATTRIBUTES,
          LinkOption.NOFOLLOW_LINKS);
      if (!Arrays.equals(Files.readAllBytes(temporary), SourceText.encode(edit.before()))) {
        throw new PolicyStoreException(
            Reason.CHANGED_MEANWHILE, file, "somebody else has changed it since it was read");
      }
      moved(temporary, SourceText.encode(edit.after()), file);
    } finally {
      Files.deleteIfExists(temporary);
    }
    synchronize(directory);
  }

  /** Writes a file, in the place of one that may be there, for its owner alone. */
  static void write(Path file, byte[] content) throws IOException {
    Path directory = makeDirectoryOf(file);
    Path temporary = Files.createTempFile(directory, "." + file.getFileName() + ".", ".new");
    try {
      moved(temporary, content, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
    synchronize(directory);
  }

  /** Gives a file its content, which lasts from then on, and then its place. */
  private static void moved(Path temporary, byte[] content, Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            temporary, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Makes a symbolic link and the directory that it is in; one that is there already is right. */
  static void link(StoreChange.Link link) throws IOException {
    Path directory = directoryOf(link.place());
    Files.createDirectories(directory);
    try {
      Files.createSymbolicLink(link.place(), link.target());
    } catch (FileAlreadyExistsException e) {
      return;
    }
    synchronize(directory);
  }

  /** Returns a file's directory, made if it isn't there; it may be a link to one. */
  static Path makeDirectoryOf(Path file) throws IOException {
    Path directory = directoryOf(file);
    return Files.isDirectory(directory) ? directory : Files.createDirectories(directory);
  }

  private static Path directoryOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory");
  }

  /** Makes the entries of a directory last. */
  private static void synchronize(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
