package io.github.apparmor4j.source;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says what went wrong with files to someone who doesn't know Java. */
public final class Failures {

  private Failures() {}

  /**
   * Says why a file could not be used, in the system's words where it has some: {@code No such file
   * or directory}.
   */
  public static String reason(Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof NoSuchFileException) {
      return "No such file or directory";
    } else if (cause instanceof AccessDeniedException) {
      return "Permission denied";
    } else if (cause instanceof FileSystemException e && e.getReason() != null) {
      return e.getReason();
    }
    return String.valueOf(cause.getMessage());
  }

  /** Says the same with the file's name before it, where that is known. */
  public static String describe(Throwable failure) {
    return cause(failure) instanceof FileSystemException e && e.getFile() != null
        ? e.getFile() + ": " + reason(e)
        : String.valueOf(cause(failure).getMessage());
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof UncheckedIOException e && e.getCause() != null
        ? e.getCause()
        : failure;
  }
}
