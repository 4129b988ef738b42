package io.github.apparmor4j.kernel.internal;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** Calls of the C library, by JNA's direct mapping. Constants are those of Linux. */
public final class LibC {

  /** {@code O_WRONLY} of fcntl.h. */
  public static final int O_WRONLY = 1;

  /** {@code O_RDWR} of fcntl.h. */
  public static final int O_RDWR = 2;

  /** {@code O_CLOEXEC} of fcntl.h. */
  public static final int O_CLOEXEC = 0x80000;

  /** {@code POLLIN} of poll.h. */
  public static final int POLLIN = 1;

  /** {@code POLLPRI} of poll.h. */
  public static final int POLLPRI = 2;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  /** See open(2). */
  public static native int open(byte[] path, int flags) throws LastErrorException;

  /** See write(2). */
  public static native NativeLong write(int fd, byte[] buffer, NativeLong count)
      throws LastErrorException;

  /** See read(2). */
  public static native NativeLong read(int fd, byte[] buffer, NativeLong count)
      throws LastErrorException;

  /** See mkdir(2). */
  public static native int mkdir(byte[] path, int mode) throws LastErrorException;

  /** See rmdir(2). */
  public static native int rmdir(byte[] path) throws LastErrorException;

  /**
   * See poll(2).
   *
   * @param fds an array of {@code struct pollfd}: int, short, short, in the machine's byte order
   */
  public static native int poll(byte[] fds, NativeLong count, int milliseconds)
      throws LastErrorException;

  /** See close(2). */
  public static native int close(int fd) throws LastErrorException;
}
