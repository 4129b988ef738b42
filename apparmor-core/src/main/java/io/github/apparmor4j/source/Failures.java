package io.github.apparmor4j.source;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * What is to be said and done of anything that was thrown by work on one thing of many, in words
 * for someone who doesn't know Java.
 */
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

  /**
   * Throws again what a dying JVM or an ended thread throws: nothing can go on after it, while
   * everything else is the fault of what was worked on alone.
   */
  public static void passOnFatal(Throwable failure) {
    if (failure instanceof InternalError
        || failure instanceof UnknownError
        || failure instanceof ThreadDeath) {
      throw (Error) failure;
    }
  }

  /**
   * Returns what it says: of an exception of files, whose message is the file's name alone, of an
   * error, and of what says nothing else, its class as well.
   */
  public static String text(Throwable failure) {
    String message = failure.getMessage();
    return message == null
            || message.isBlank()
            || failure instanceof FileSystemException
            || failure instanceof Error
        ? failure.toString()
        : message;
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
