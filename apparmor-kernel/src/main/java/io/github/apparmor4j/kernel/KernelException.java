package io.github.apparmor4j.kernel;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A kernel refused. */
public final class KernelException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The error numbers that kernels answer policy operations with ({@code errno.h}). */
  public enum Errno {
    /** Not the right to do it. */
    EPERM(1),
    /** Nothing of that name. */
    ENOENT(2),
    /** The kernel's memory is used up. */
    ENOMEM(12),
    /** Not the right to change policy, or profiles of different namespaces. */
    EACCES(13),
    /** A profile of that name is loaded already. */
    EEXIST(17),
    /** An empty write. */
    EINVAL(22),
    /** The policy is malformed. */
    EPROTO(71),
    /** The policy's version is not supported. */
    EPROTONOSUPPORT(93),
    /** Any other; the message has its number. */
    OTHER(0);

    private final int number;

    Errno(int number) {
      this.number = number;
    }

    private static Errno of(int number) {
      for (Errno errno : values()) {
        if (errno.number == number) {
          return errno;
        }
      }
      return OTHER;
    }

    /** Returns what the error means of an operation on policy. */
    private String meaning(int given) {
      return switch (this) {
        case EPERM, EACCES -> "policy can be changed with mac_admin by an unconfined task alone";
        case ENOENT -> "no such profile";
        case ENOMEM -> "the kernel's memory is used up";
        case EEXIST -> "a profile of that name is loaded already; replace it";
        case EINVAL -> "the kernel can't do that";
        case EPROTO -> "the kernel finds the policy malformed";
        case EPROTONOSUPPORT ->
            "this kernel's AppArmor doesn't speak the policy's version; compile for its features";
        case OTHER -> "errno " + given;
      };
    }

    /** Returns Linux's number; 0 for {@link #OTHER}. */
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

  KernelException(String operation, String path, int number, Throwable cause) {
    this(operation, Errno.of(number), path + ": " + Errno.of(number).meaning(number), cause);
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
