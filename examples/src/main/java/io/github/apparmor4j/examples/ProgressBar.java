package io.github.apparmor4j.examples;

import picocli.CommandLine.Help.Ansi;

/** A line on a terminal that says how far work is. */
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
   * Returns a bar, shown on the terminal if there is one.
   *
   * @param wanted whether to show it at all
   */
  static ProgressBar of(int total, boolean wanted) {
    return new ProgressBar(total, wanted && Ansi.AUTO.enabled());
  }

  /** Tells of a step, and of what is to be said about it. */
  void step(String name, String messages) {
    done++;
    if (shown && !messages.isEmpty()) {
      clear();
    }
    System.err.print(messages);
    if (shown) {
      int full = (int) ((long) WIDTH * done / total);
      String bar = "#".repeat(full) + ".".repeat(WIDTH - full);
      System.err.printf("\r\u001b[K[%s] %d/%d %s", bar, done, total, name);
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
