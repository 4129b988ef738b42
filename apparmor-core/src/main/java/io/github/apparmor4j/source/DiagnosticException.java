package io.github.apparmor4j.source;

import java.util.List;

/** Thrown when a text can't be used; carries all diagnostics that led there. */
public class DiagnosticException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  /**
   * Makes an exception from the diagnostics of a failure.
   *
   * @param diagnostics at least one, in the order of their places
   */
  public DiagnosticException(List<Diagnostic> diagnostics) {
    super(message(diagnostics));
    this.diagnostics = List.copyOf(diagnostics);
  }

  private static String message(List<Diagnostic> diagnostics) {
    String first = diagnostics.get(0).toString();
    return diagnostics.size() == 1 ? first : first + " (and " + (diagnostics.size() - 1) + " more)";
  }

  /** Returns all diagnostics, errors and warnings. */
  public final List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
