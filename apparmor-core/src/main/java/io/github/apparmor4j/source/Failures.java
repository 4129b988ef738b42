package io.github.apparmor4j.source;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Explanations of failures, in words for people who don't know Java: for programs that work on many
 * things, of which some may fail. Thread-safe.
 */
public final class Failures {

  private Failures() {}

  /**
   * Returns why a file could not be used, in the system's words where there are some: {@code No
   * such file or directory}.
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
      // Without a reason, its message is only the file's name.
      return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    }
    return message(cause);
  }

  /** Returns the same with the file's name before it, where that is known. */
  public static String describe(Throwable failure) {
    return cause(failure) instanceof FileSystemException e && e.getFile() != null
        ? e.getFile() + ": " + reason(e)
        : message(cause(failure));
  }

  /**
   * Rethrows what a dying JVM or a stopped thread throws, since nothing can go on after it. Returns
   * for everything else: that is a fault of the one thing that was worked on.
   */
  public static void passOnFatal(Throwable failure) {
    if (failure instanceof InternalError
        || failure instanceof UnknownError
        || failure instanceof ThreadDeath) {
      throw (Error) failure;
    }
  }

  /**
   * Returns the failure's message. The class comes before it where the message alone says too
   * little: for errors, for exceptions about files, whose message is only the file's name, and
   * where there is no message.
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
