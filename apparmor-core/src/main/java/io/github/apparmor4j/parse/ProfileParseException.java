package io.github.apparmor4j.parse;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import java.util.List;

/** A text is no profile file; carries every problem that was found in it. */
public final class ProfileParseException extends DiagnosticException {

  private static final long serialVersionUID = 1L;

  ProfileParseException(List<Diagnostic> diagnostics) {
    super(diagnostics);
  }
}
