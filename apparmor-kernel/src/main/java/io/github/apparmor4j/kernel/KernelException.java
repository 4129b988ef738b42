package io.github.apparmor4j.kernel;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A kernel refused. */
public final class KernelException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The error numbers that kernels answer policy operations with ({@code errno.h}). */
  public enum Errno {
    /** Nothing of that name. */
    ENOENT(2),
    /** Not the right to change policy, or profiles of different namespaces. */
    EACCES(13),
    /** A profile of that name is loaded already. */
    EEXIST(17),
    /** An empty write. */
    EINVAL(22),
    /** The policy is malformed. */
    EPROTO(71),
    /** The policy's version is not supported. */
    EPROTONOSUPPORT(93);

    private final int number;

    Errno(int number) {
      this.number = number;
    }

    /** Returns Linux's number. */
    public int number() {
      return number;
    }
  }

  private final String operation;
  private final Errno errno;

  KernelException(String operation, Errno errno, String message, @Nullable Throwable cause) {
    super(operation + ": " + errno + " (" + errno.number() + "): " + message, cause);
    this.operation = operation;
    this.errno = errno;
  }

  /**
   * Returns what was asked of the kernel: {@code load}, {@code replace}, {@code remove}, {@code
   * query}.
   */
  public String operation() {
    return operation;
  }

  /** Returns the kernel's error. */
  public Errno errno() {
    return errno;
  }
}
