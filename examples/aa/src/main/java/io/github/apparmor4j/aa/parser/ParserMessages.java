package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
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

  private static final String NOT_FOUND = "AA-RESOLVE-0001";
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
    return error(argument, in, line, inItsWords(diagnostic));
  }

  /** Returns what is wrong in the reference's words where scripts and its own tests read them. */
  private static String inItsWords(Diagnostic diagnostic) {
    String message = diagnostic.message();
    SourcePlace place = diagnostic.place();
    if (diagnostic.code().equals(NOT_FOUND) && message.startsWith("can't find ")) {
      boolean abi = place.source().text().startsWith("abi", place.span().start());
      String path = message.substring("can't find ".length());
      return "Could not open '" + path + "'" + (abi ? ": No such file or directory" : "");
    }
    return message.matches("permissions '[A-Za-z]+': unknown permission .*")
            || message.startsWith("unknown keyword '")
        ? "syntax error, unexpected TOK_ID, expecting TOK_MODE"
        : message;
  }

  /** Returns whether warnings of a kind are errors. */
  boolean isFatal(String kind) {
    return fatal.contains(kind);
  }

  /** Returns an error as it is printed. */
  static String error(@Nullable Path argument, @Nullable Path file, int line, String message) {
    return "AppArmor parser error"
        + (argument == null ? "" : " for " + SourceText.printable(argument.toString()))
        + (file == null ? "" : " in profile " + SourceText.printable(file.toString()))
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
