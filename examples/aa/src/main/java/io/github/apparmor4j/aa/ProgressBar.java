package io.github.apparmor4j.aa;

import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A line on a terminal that shows the progress of work. */
final class ProgressBar implements AutoCloseable {

  private static final int WIDTH = 30;

  private final int total;
  private final boolean shown;
  private int done;

  private ProgressBar(int total, boolean shown) {
    this.total = total;
    this.shown = shown;
  }

  /**
   * Returns a bar, shown if standard error is a terminal.
   *
   * @param wanted whether to show it at all
   */
  static ProgressBar of(int total, boolean wanted) {
    return new ProgressBar(total, wanted && isTerminal());
  }

  /** Returns whether standard error, where the bar goes, is a terminal. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Counts a step, and prints what is to be said about it. */
  void step(String name, String messages) {
    done++;
    if (shown && !messages.isEmpty()) {
      clear();
    }
    System.err.print(messages);
    if (shown) {
      int full = (int) ((long) WIDTH * done / total);
      String bar = "#".repeat(full) + ".".repeat(WIDTH - full);
      System.err.printf("\r\u001b[K[%s] %d/%d %s", bar, done, total, SourceText.printable(name));
      System.err.flush();
    }
  }

  private static void clear() {
    System.err.print("\r\u001b[K");
  }

  @Override
  public void close() {
    if (shown) {
      clear();
      System.err.flush();
    }
  }
}
