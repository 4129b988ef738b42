package io.github.apparmor4j.kernel;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A kernel's refusal, or a failure to reach it. The message names the operation and the error. */
public final class KernelException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The error numbers that kernels answer policy operations with ({@code errno.h}). */
  public enum Errno {
    /** The task may not do this. */
    EPERM(1),
    /** Nothing has that name. */
    ENOENT(2),
    /** No such child: the task's profile has no hats. */
    ECHILD(10),
    /** Nothing has happened yet. */
    EAGAIN(11),
    /** The kernel's memory is used up. */
    ENOMEM(12),
    /** The task may not change policy, or the profiles are of different namespaces. */
    EACCES(13),
    /** A profile or namespace of that name exists already. */
    EEXIST(17),
    /** An empty write, or a name or question that is not valid. */
    EINVAL(22),
    /** The question is longer than the kernel accepts. */
    EFBIG(27),
    /** The write was at an offset other than 0. */
    ESPIPE(29),
    /** The policy is malformed. */
    EPROTO(71),
    /** The policy's version is not supported. */
    EPROTONOSUPPORT(93),
    /** Any other failure; the message has its number if it has one. */
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

    /** Returns what the error means for an operation on policy. */
    private String meaning(int given) {
      return switch (this) {
        case EPERM, EACCES -> "policy can be changed with mac_admin by an unconfined task alone";
        case ENOENT -> "no such profile or namespace";
        case ECHILD -> "the profile has no hats";
        case EAGAIN -> "nothing has happened yet";
        case ENOMEM -> "the kernel's memory is used up";
        case EEXIST -> "a profile or namespace of that name is there already";
        case EINVAL -> "the kernel can't do that";
        case EFBIG -> "the question is too long";
        case ESPIPE -> "policy is written at once, from the beginning";
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
  private final @Nullable String path;

  private KernelException(
      String operation,
      Errno errno,
      @Nullable String path,
      String message,
      @Nullable Throwable cause) {
    super(
        operation
            + ": "
            + errno
            + " ("
            + errno.number()
            + "): "
            + (path == null ? "" : path + ": ")
            + message,
        cause);
    this.operation = operation;
    this.errno = errno;
    this.path = path;
  }

  KernelException(String operation, Errno errno, String message, @Nullable Throwable cause) {
    this(operation, errno, null, message, cause);
  }

  KernelException(String operation, String path, int number, Throwable cause) {
    this(operation, Errno.of(number), path, Errno.of(number).meaning(number), cause);
  }

  /** Returns an exception for a failure that Java reported without its error number. */
  static KernelException of(String operation, Path path, IOException failure) {
    Errno errno =
        failure instanceof AccessDeniedException
            ? Errno.EACCES
            : failure instanceof NoSuchFileException ? Errno.ENOENT : Errno.OTHER;
    return new KernelException(operation, errno, path.toString(), failure.toString(), failure);
  }

  /**
   * Returns the operation that failed: {@code load}, {@code replace}, {@code remove}, {@code query}
   * and others.
   */
  public String operation() {
    return operation;
  }

  /** Returns the path of the kernel's file that was used, if there was one. */
  public Optional<String> path() {
    return Optional.ofNullable(path);
  }

  /** Returns the kernel's error number, by name. */
  public Errno errno() {
    return errno;
  }
}
