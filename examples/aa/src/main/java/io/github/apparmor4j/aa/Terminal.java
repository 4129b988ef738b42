package io.github.apparmor4j.aa;

import io.github.apparmor4j.source.SourceText;

/**
 * Lines for people. What stands in them comes from profiles, processes and file names, and so from
 * anybody: each line goes through {@link SourceText#printable}. What other programs read, such as
 * profiles, policies and JSON, doesn't come here.
 */
final class Terminal {

  private Terminal() {}

  /** Prints a line. */
  static void println(Object line) {
    System.out.println(SourceText.printable(line.toString()));
  }

  /** Prints a line about a problem. */
  static void problem(Object line) {
    System.err.println(SourceText.printable(line.toString()));
  }
}
