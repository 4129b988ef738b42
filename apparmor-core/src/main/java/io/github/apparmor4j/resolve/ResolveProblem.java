package io.github.apparmor4j.resolve;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Diagnostic.Severity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kinds of problems with includes, variables and blocks of a text that could be parsed. */
enum ResolveProblem implements Diagnostic.Kind {
  NOT_FOUND(
      "AA-RESOLVE-0001",
      Severity.ERROR,
      "an include or abi file that isn't there",
      "look at the directories that includes are searched in, or write 'include if exists'"),
  RECURSIVE_INCLUDE(
      "AA-RESOLVE-0002",
      Severity.WARNING,
      "a recursive include, which is read once",
      "remove the include"),
  UNREADABLE("AA-RESOLVE-0003", Severity.ERROR, "a file that can't be read"),
  UNDEFINED_VARIABLE(
      "AA-RESOLVE-0004",
      Severity.ERROR,
      "an undefined variable",
      "include what defines it, such as <tunables/global>, or define it above the profile"),
  RECURSIVE_VARIABLE(
      "AA-RESOLVE-0005",
      Severity.ERROR,
      "a variable defined by itself",
      "remove the variable from its own values"),
  EXPANSION_TOO_LARGE(
      "AA-RESOLVE-0006",
      Severity.ERROR,
      "an expansion of variables over the limit",
      "write a pattern, such as {a,b}, instead of a product of variables"),
  SECOND_ABI(
      "AA-RESOLVE-0007",
      Severity.WARNING,
      "a second abi that differs from the first",
      "keep one abi rule"),
  NOT_AN_ABI("AA-RESOLVE-0008", Severity.ERROR, "an abi file that is not a feature file"),
  REDEFINED_VARIABLE(
      "AA-RESOLVE-0009", Severity.ERROR, "a variable defined twice", "write '+=' to add values"),
  REDEFINED_PROFILE(
      "AA-RESOLVE-0010",
      Severity.ERROR,
      "a profile defined twice",
      "rename one of them, or merge their rules"),
  TOO_MANY_RULES("AA-RESOLVE-0011", Severity.ERROR, "too many rules"),
  FILE_RULE_UNLIKE_BLOCK(
      "AA-RESOLVE-0012", Severity.ERROR, "a file rule that can't be what its block says"),
  NUMBER_EXPECTED(
      "AA-RESOLVE-0013",
      Severity.ERROR,
      "a number compared with something else",
      "compare with a number, or with '==' and '!='"),
  RULE_UNLIKE_BLOCK(
      "AA-RESOLVE-0014",
      Severity.WARNING,
      "a rule that can't be what its block says, and is left out"),
  INCLUDES_TOO_DEEP(
      "AA-RESOLVE-0015",
      Severity.ERROR,
      "includes nest too deeply",
      "look for includes that lead to each other"),
  RELATIVE_FLAG_PATH(
      "AA-RESOLVE-0016", Severity.ERROR, "a flag's path that doesn't begin with '/'"),
  UNUSED_VARIABLE(
      "AA-RESOLVE-0017", Severity.WARNING, "a variable of the file that nothing uses", "remove it"),
  TOO_MANY_INCLUDES(
      "AA-RESOLVE-0018", Severity.ERROR, "too many includes, or too much text in them"),
  INVALID_EXPANDED_RULE(
      "AA-RESOLVE-0019",
      Severity.ERROR,
      "a rule that is not valid once its variables are replaced"),
  INVALID_EXPANDED_NAME(
      "AA-RESOLVE-0020",
      Severity.ERROR,
      "a profile's name that is not valid once its variables are replaced"),
  LITERAL_VARIABLE(
      "AA-RESOLVE-0021",
      Severity.WARNING,
      "a variable in the name of a profile to change to, which is not replaced",
      "write the name, or use change_profile, whose target is a pattern"),
  DENY_IN_BLOCK(
      "AA-RESOLVE-0022",
      Severity.WARNING,
      "a deny in a block that apparmor_parser 5 takes for an allow",
      "write 'deny' before the block, or the rule outside of it"),
  LATE_PREAMBLE(
      "AA-RESOLVE-0023",
      Severity.ERROR,
      "an include after a profile that brings a variable, an alias or an abi",
      "move the include up"),
  CONTRADICTION(
      "AA-RESOLVE-0024",
      Severity.ERROR,
      "an allow, deny or prompt in a block that says another of them",
      "write only one of them, or the rule outside of the block"),
  TOO_MANY_PROBLEMS(
      "AA-RESOLVE-0025", Severity.ERROR, "so many problems that the rest is not reported"),
  CHILD_ELSEWHERE(
      "AA-RESOLVE-0026",
      Severity.WARNING,
      "a child in another namespace than its parent: kernels refuse it",
      "write the child without a namespace");

  private final String code;
  private final Severity severity;
  private final String meaning;
  private final @Nullable String help;

  ResolveProblem(String code, Severity severity, String meaning) {
    this(code, severity, meaning, null);
  }

  ResolveProblem(String code, Severity severity, String meaning, @Nullable String help) {
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
