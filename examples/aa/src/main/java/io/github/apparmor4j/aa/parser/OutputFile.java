package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.Failures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@code aa parser -o}. It is written as a whole at the end, so that a failure before
 * leaves the old file as it was; a device or a pipe is written to as results come.
 */
final class OutputFile {

  private final Path file;
  private final OutputStream out;

  /** Creates an output to a stream or, if that is null, into the file at the end. */
  private OutputFile(Path file, @Nullable OutputStream stream) {
    this.file = file;
    this.out = stream == null ? new ByteArrayOutputStream() : stream;
  }

  /**
   * Returns the output of a name; a symbolic link is followed.
   *
   * @throws IOException if it can't be written to, so that this is known before any work
   */
  static OutputFile of(Path named) throws IOException {
    try {
      if (!Files.exists(named)) {
        checkDirectory(named);
        return new OutputFile(named, null);
      } else if (!Files.isRegularFile(named) || isOpenElsewhere(named)) {
        return new OutputFile(named, Files.newOutputStream(named));
      }
      Files.newOutputStream(named, StandardOpenOption.WRITE).close();
      return new OutputFile(named.toRealPath(), null);
    } catch (IOException e) {
      throw new IOException("Could not open file " + named + ": " + Failures.reason(e), e);
    }
  }

  /**
   * Returns whether a name may be of something that a process has open, such as {@code
   * /dev/stdout}.
   */
  private static boolean isOpenElsewhere(Path named) {
    Path absolute = named.toAbsolutePath();
    return absolute.startsWith("/dev") || absolute.startsWith("/proc");
  }

  private static void checkDirectory(Path named) throws IOException {
    Path directory = named.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new NoSuchFileException(named.toString());
    } else if (!Files.isWritable(directory)) {
      throw new AccessDeniedException(named.toString());
    }
  }

  void add(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  /** Puts what was added in the file's place, or closes the device or pipe. */
  void finish() throws IOException {
    out.close();
    if (out instanceof ByteArrayOutputStream bytes) {
      AtomicFiles.write(file, bytes.toByteArray());
    }
  }
}
