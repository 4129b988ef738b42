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

  /** See close(2). */
  public static native int close(int fd) throws LastErrorException;
}
