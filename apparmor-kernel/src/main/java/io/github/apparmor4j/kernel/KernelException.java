package io.github.apparmor4j.kernel;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
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
    /** No such child: the task's profile has no hats. */
    ECHILD(10),
    /** Nothing has happened yet. */
    EAGAIN(11),
    /** The kernel's memory is used up. */
    ENOMEM(12),
    /** Not the right to change policy, or profiles of different namespaces. */
    EACCES(13),
    /** A profile of that name is loaded already. */
    EEXIST(17),
    /** An empty write, or a question that makes no sense. */
    EINVAL(22),
    /** A question longer than the kernel takes. */
    EFBIG(27),
    /** Written at an offset. */
    ESPIPE(29),
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

  /** Makes one of a failure that Java reported, whose error number it doesn't say. */
  static KernelException of(String operation, Path path, IOException failure) {
    Errno errno =
        failure instanceof AccessDeniedException
            ? Errno.EACCES
            : failure instanceof NoSuchFileException ? Errno.ENOENT : Errno.OTHER;
    return new KernelException(operation, errno, path.toString(), failure.toString(), failure);
  }

  /**
   * Returns what was asked of the kernel: {@code load}, {@code replace}, {@code remove}, {@code
   * query}.
   */
  public String operation() {
    return operation;
  }

  /** Returns the kernel's file that was used, if it was one. */
  public Optional<String> path() {
    return Optional.ofNullable(path);
  }

  /** Returns the kernel's error. */
  public Errno errno() {
    return errno;
  }
}
