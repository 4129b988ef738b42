package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Errors and warnings in the words of {@code apparmor_parser}, which scripts read.
 *
 * @param warned the kinds of warnings that are shown
 * @param fatal the kinds of warnings that are errors
 */
record ParserMessages(ParserKinds warned, ParserKinds fatal) {

  /** The reference's names of the kinds of our warnings. */
  private static final Map<String, String> WARNING_OF_CODE =
      Map.of(
          "AA-COMPILE-0006", "rule-not-enforced",
          "AA-COMPILE-0007", "rule-downgraded",
          "AA-RESOLVE-0007", "abi",
          "AA-RESOLVE-0014", "rule-not-enforced");

  private static final String UNCLOSED = "AA-PARSE-0008";

  /** Returns the reference's name for what a warning is about. */
  static String kind(Diagnostic diagnostic) {
    return WARNING_OF_CODE.getOrDefault(diagnostic.code(), "dev");
  }

  /**
   * Returns an error as it is printed.
   *
   * @param argument the argument that led to the text, or {@code null} for standard input
   * @param main the text of the argument, which may have included the faulty one
   */
  static String error(@Nullable Path argument, Diagnostic diagnostic, SourceText main) {
    SourceText source = diagnostic.place().source();
    boolean inMain = source.equals(main);
    Path in = argument == null && inMain ? null : Path.of(source.name());
    // The reference reports what is not closed at the end of the text.
    int line =
        diagnostic.code().equals(UNCLOSED)
            ? source.line(source.text().length())
            : diagnostic.place().line();
    return error(argument, in, line, diagnostic.message());
  }

  /** Returns an error as it is printed. */
  static String error(@Nullable Path argument, @Nullable Path file, int line, String message) {
    return "AppArmor parser error"
        + (argument == null ? "" : " for " + argument)
        + (file == null ? "" : " in profile " + file)
        + " at line "
        + line
        + ": "
        + message
        + "\n";
  }

  /** Returns a warning as it is printed; nothing if its kind isn't wanted. */
  String warning(String kind, String from, String where, String message) {
    String how = fatal.contains(kind) ? "Warning converted to Error" : "Warning";
    return warned.contains(kind)
        ? how + " from " + from + " (" + where + "): " + message + "\n"
        : "";
  }
}
