package io.github.apparmor4j.source;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

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
    } else if (cause instanceof NotDirectoryException) {
      return "Not a directory";
    } else if (cause instanceof FileAlreadyExistsException) {
      return "File exists";
    } else if (cause instanceof DirectoryNotEmptyException) {
      return "Directory not empty";
    } else if (cause instanceof FileSystemException e) {
      // Its message is no more than the file's name then.
      return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    }
    return message(cause);
  }

  /** Says the same with the file's name before it, where that is known. */
  public static String describe(Throwable failure) {
    return cause(failure) instanceof FileSystemException e && e.getFile() != null
        ? e.getFile() + ": " + reason(e)
        : message(cause(failure));
  }

  private static String message(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof UncheckedIOException e && e.getCause() != null
        ? e.getCause()
        : failure;
  }
}
