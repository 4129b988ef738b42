package io.github.apparmor4j.access;

import io.github.apparmor4j.source.Diagnostic;
import java.util.Optional;

/** What is said about questions to sets of profiles. */
enum AccessProblem implements Diagnostic.Kind {
  BROKEN("AA-ASK-0001", Diagnostic.Severity.ERROR, "an invariant that doesn't hold"),
  WAIVED(
      "AA-ASK-0002",
      Diagnostic.Severity.WARNING,
      "an invariant that doesn't hold, and need not for a while"),
  TOO_COMPLEX(
      "AA-ASK-0003", Diagnostic.Severity.ERROR, "an invariant that is too complex to decide"),
  NOT_AN_INVARIANT("AA-ASK-0004", Diagnostic.Severity.ERROR, "a line that is no invariant"),
  WAIVER_OVER(
      "AA-ASK-0005", Diagnostic.Severity.WARNING, "a waiver that has ended, or waives nothing"),
  WIDENED(
      "AA-ASK-0006", Diagnostic.Severity.WARNING, "a policy that allows more than the one before");

  private final String code;
  private final Diagnostic.Severity severity;
  private final String meaning;

  AccessProblem(String code, Diagnostic.Severity severity, String meaning) {
    this.code = code;
    this.severity = severity;
    this.meaning = meaning;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public Diagnostic.Severity severity() {
    return severity;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Optional<String> help() {
    return Optional.empty();
  }
}
