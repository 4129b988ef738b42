package io.github.apparmor4j.kernel.internal;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** Functions of the C library, through JNA's direct mapping. The constants are those of Linux. */
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

  /** {@code SOL_SOCKET} of asm-generic/socket.h, which all but four old architectures use. */
  public static final int SOL_SOCKET = 1;

  /** {@code SO_PEERSEC} of asm-generic/socket.h. */
  public static final int SO_PEERSEC = 31;

  /** {@code E2BIG} of errno.h. */
  public static final int E2BIG = 7;

  /** {@code ERANGE} of errno.h. */
  public static final int ERANGE = 34;

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

  /**
   * See getsockopt(2).
   *
   * @param size the size of the buffer, replaced by that of the value
   */
  public static native int getsockopt(int fd, int level, int option, byte[] value, int[] size)
      throws LastErrorException;

  /** Returns a system call's number as {@link #syscall} takes it. */
  public static NativeLong number(int call) {
    return new NativeLong(call);
  }

  // syscall(2) is variadic; Linux passes its arguments where it passes those of other functions.

  /** See syscall(2): for a call that takes 64-bit numbers, their size and flags. */
  public static native NativeLong syscall(NativeLong call, long[] buffer, int[] size, int flags)
      throws LastErrorException;

  /** See syscall(2): for a call that takes a number, bytes, their size and flags. */
  public static native NativeLong syscall(
      NativeLong call, int which, byte[] buffer, int[] size, int flags) throws LastErrorException;
}
