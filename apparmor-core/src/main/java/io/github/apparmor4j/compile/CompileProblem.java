package io.github.apparmor4j.compile;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Diagnostic.Severity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a policy, or with what a kernel can do with it. */
enum CompileProblem implements Diagnostic.Kind {
  INVALID_PATTERN("AA-COMPILE-0001", Severity.ERROR, "a pattern or condition that is not valid"),
  CONFLICTING_EXECS(
      "AA-COMPILE-0002",
      Severity.ERROR,
      "two rules that execute one file in different ways",
      "keep one way, or give one of the rules a higher priority"),
  TOO_MANY_TRANSITIONS(
      "AA-COMPILE-0003",
      Severity.ERROR,
      "too many named transitions",
      "name fewer profiles after '->', or split the profile"),
  UNRECOGNIZED_RULE("AA-COMPILE-0004", Severity.ERROR, "a rule whose keyword is unknown"),
  TOO_COMPLEX(
      "AA-COMPILE-0005",
      Severity.ERROR,
      "a profile too complex to compile",
      "replace the named rules by fewer, wider ones, or split the profile"),
  NOT_ENFORCED(
      "AA-COMPILE-0006",
      Severity.WARNING,
      "a rule that the kernel, or the policy's ABI, doesn't know: it is not enforced, and everything of its kind is allowed"),
  DOWNGRADED(
      "AA-COMPILE-0007",
      Severity.WARNING,
      "a rule or flag of which the kernel gets less than is written"),
  REFUSED_BY_KERNELS(
      "AA-COMPILE-0008",
      Severity.ERROR,
      "a text that no kernel takes: too long, or not a name of a profile to change to"),
  DEFECT(
      "AA-COMPILE-0009",
      Severity.ERROR,
      "a defect of this library; please report it",
      "report it, with the profile");

  private final String code;
  private final Severity severity;
  private final String meaning;
  private final @Nullable String help;

  CompileProblem(String code, Severity severity, String meaning) {
    this(code, severity, meaning, null);
  }

  CompileProblem(String code, Severity severity, String meaning, @Nullable String help) {
    this.code = code;
    this.severity = severity;
    this.meaning = meaning;
    this.help = help;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public Severity severity() {
    return severity;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Optional<String> help() {
    return Optional.ofNullable(help);
  }
}
