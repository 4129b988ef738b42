package io.github.apparmor4j.aa;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Lines for people. What stands in them comes from profiles, processes and file names, and so from
 * anybody: each line goes through {@link SourceText#printable}, column by column. What other
 * programs read, such as profiles, policies and JSON, doesn't come here.
 */
public final class Terminal {

  private Terminal() {}

  /** Prints a line, whose columns tabs separate. */
  static void println(Object line) {
    System.out.println(clean(line));
  }

  /** Prints a line about a problem. */
  public static void problem(Object line) {
    System.err.println(clean(line));
  }

  /** Prints a diagnostic, which is clean already, and an empty line. */
  static void println(Diagnostic diagnostic) {
    System.out.println(diagnostic.render());
  }

  /** Prints a diagnostic about a problem, and an empty line. */
  static void problem(Diagnostic diagnostic) {
    System.err.println(diagnostic.render());
  }

  private static String clean(Object line) {
    return Arrays.stream(line.toString().split("\t", -1))
        .map(SourceText::printable)
        .collect(Collectors.joining("\t"));
  }

  /** Returns a writer to standard error for texts of several lines that quote arguments. */
  static PrintWriter errors() {
    Writer errors = new OutputStreamWriter(System.err, Charset.defaultCharset());
    return new PrintWriter(
        new FilterWriter(errors) {
          @Override
          public void write(String text, int from, int length) throws IOException {
            for (String line : text.substring(from, from + length).split("(?<=\n)", -1)) {
              boolean ends = line.endsWith("\n");
              out.write(clean(ends ? line.substring(0, line.length() - 1) : line));
              out.write(ends ? "\n" : "");
            }
          }
        },
        true);
  }
}
