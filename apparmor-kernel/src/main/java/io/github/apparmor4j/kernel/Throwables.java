package io.github.apparmor4j.kernel;

import java.nio.file.FileSystemException;

/** What is to be said and done of anything that was thrown by work on one thing of many. */
final class Throwables {

  private Throwables() {}

  /** Throws again what a dying JVM or an ended thread throws: nothing can go on after it. */
  static void passOnFatal(Throwable e) {
    if (e instanceof InternalError || e instanceof UnknownError || e instanceof ThreadDeath) {
      throw (Error) e;
    }
  }

  /**
   * Returns what it says: of an exception of files, whose message is the file's name alone, of an
   * error, and of what says nothing else, its class as well.
   */
  static String text(Throwable e) {
    String message = e.getMessage();
    return message == null
            || message.isBlank()
            || e instanceof FileSystemException
            || e instanceof Error
        ? e.toString()
        : message;
  }
}
