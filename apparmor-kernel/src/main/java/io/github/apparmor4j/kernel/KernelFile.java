package io.github.apparmor4j.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.kernel.internal.LibC;
import io.github.apparmor4j.source.SourceText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file of the kernel in which each write is a command and each read an answer. So each of them is
 * a single system call, and failures keep their error numbers.
 */
final class KernelFile implements AutoCloseable {

  /** The most bytes of a file of the kernel, which is trusted; the longest are raw policies. */
  static final int MOST_BYTES = 256 << 20;

  private static final int MOST_TRIES = 16;

  private static final int ANSWER = 256;

  private final String operation;
  private final Path path;
  private final int fd;

  private KernelFile(String operation, Path path, int fd) {
    this.operation = operation;
    this.path = path;
    this.fd = fd;
  }

  static KernelFile open(String operation, Path path, boolean write) throws KernelException {
    int flags = write ? LibC.O_RDWR : 0;
    return open(operation, path, flags | LibC.O_CLOEXEC);
  }

  private static KernelFile open(String operation, Path path, int flags) throws KernelException {
    try {
      return new KernelFile(operation, path, LibC.open(terminated(path), flags));
    } catch (LastErrorException e) {
      throw failed(operation, path, e);
    }
  }

  /** Writes a command. */
  static void write(String operation, Path path, byte[] command) throws KernelException {
    try (KernelFile file = open(operation, path, LibC.O_WRONLY | LibC.O_CLOEXEC)) {
      file.write(command);
    }
  }

  /** Writes a question and reads the answer. */
  static String ask(String operation, Path path, byte[] question) throws KernelException {
    try (KernelFile file = open(operation, path, true)) {
      file.write(question);
      return file.read();
    }
  }

  static void makeDirectory(String operation, Path path) throws KernelException {
    try {
      LibC.mkdir(terminated(path), 0755);
    } catch (LastErrorException e) {
      throw failed(operation, path, e);
    }
  }

  static void removeDirectory(String operation, Path path) throws KernelException {
    try {
      LibC.rmdir(terminated(path));
    } catch (LastErrorException e) {
      throw failed(operation, path, e);
    }
  }

  private static KernelException failed(String operation, Path path, LastErrorException e) {
    return new KernelException(operation, path.toString(), e.getErrorCode(), e);
  }

  private static byte[] terminated(Path path) {
    byte[] bytes = SourceText.encode(path.toString());
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  private void write(byte[] bytes) throws KernelException {
    try {
      long written = 0;
      // Linux 6.1 was seen to take no bytes, without an error, while another process
      // replaced the same profile.
      for (int i = 0; i < MOST_TRIES && written == 0; i++) {
        written = LibC.write(fd, bytes, new NativeLong(bytes.length)).longValue();
      }
      if (written != bytes.length) {
        throw new KernelException(
            operation, Errno.OTHER, written + " of " + bytes.length + " bytes were taken", null);
      }
    } catch (LastErrorException e) {
      throw failed(operation, path, e);
    }
  }

  /** Reads the answer, at most {@value #ANSWER} bytes. */
  String read() throws KernelException {
    byte[] answer = new byte[ANSWER];
    try {
      int length = LibC.read(fd, answer, new NativeLong(answer.length)).intValue();
      return new String(answer, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
    } catch (LastErrorException e) {
      throw failed(operation, path, e);
    }
  }

  /** Reads a decimal number. */
  long number() throws KernelException {
    String text = read().strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new KernelException(operation, Errno.OTHER, path + " holds no number: " + text, e);
    }
  }

  /** Waits until there is something to read, and returns whether there is. */
  boolean awaitInput(int milliseconds) throws KernelException {
    byte[] poll =
        ByteBuffer.allocate(8)
            .order(ByteOrder.nativeOrder())
            .putInt(fd)
            .putShort((short) (LibC.POLLIN | LibC.POLLPRI))
            .array();
    try {
      return LibC.poll(poll, new NativeLong(1), milliseconds) > 0;
    } catch (LastErrorException e) {
      throw failed(operation, path, e);
    }
  }

  @Override
  public void close() {
    try {
      LibC.close(fd);
    } catch (LastErrorException e) {
      // Each write is complete when it returns, so nothing can be lost here.
    }
  }
}
