package io.github.apparmor4j.parse;

import io.github.apparmor4j.source.Diagnostic;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kinds of problems that parsing a text can find. */
enum ParseProblem implements Diagnostic.Kind {
  UNCLOSED_QUOTE("AA-PARSE-0001", "a quote is not closed", "add '\"'"),
  UNEXPECTED("AA-PARSE-0002", "something else was expected here"),
  FINAL_BACKSLASH("AA-PARSE-0003", "a word ends in a backslash", "write it twice"),
  WORD_TOO_LONG("AA-PARSE-0004", "a word is over the limit"),
  TEXT_TOO_LONG("AA-PARSE-0005", "the text is over the limit"),
  UNOPENED_BLOCK(
      "AA-PARSE-0006",
      "a '}' closes nothing",
      "remove it, or look for a '{' that is missing before it"),
  TOO_DEEP("AA-PARSE-0007", "profiles, blocks or conditions nest too deeply"),
  UNCLOSED_BLOCK("AA-PARSE-0008", "a '{' is never closed", "add '}'"),
  MISSING_COMMA("AA-PARSE-0010", "the comma at the end is missing", "add ','"),
  MISPLACED_QUALIFIER(
      "AA-PARSE-0011",
      "qualifiers in the wrong order, or where none can stand",
      "the order is: priority=N, audit, allow or deny or prompt, owner or other"),
  PRIORITY_OUT_OF_RANGE(
      "AA-PARSE-0012",
      "a priority out of range",
      "priorities are whole numbers from -1000 to 1000"),
  SAFE_WITHOUT_EXEC(
      "AA-PARSE-0013",
      "'safe' or 'unsafe' without a program to execute",
      "remove the word, or add how to execute, such as 'px'"),
  LINK_WITHOUT_TARGET(
      "AA-PARSE-0014", "a link rule without a target", "write 'link PATH -> TARGET,'"),
  NOT_A_PATH(
      "AA-PARSE-0015",
      "a path that starts with neither '/' nor '@{'",
      "begin the path with '/' or with a variable"),
  NEEDS_QUOTES(
      "AA-PARSE-0016", "a character that can only stand in quotes", "put the word in quotes"),
  INVALID_PERMISSIONS("AA-PARSE-0017", "permissions that mean nothing, or don't go together"),
  UNKNOWN_KEYWORD("AA-PARSE-0018", "an unknown keyword; the rule is kept as it is written"),
  NOT_A_NETWORK("AA-PARSE-0019", "not an address family, socket type or protocol"),
  UNKNOWN_WORD("AA-PARSE-0021", "an unknown capability, signal, option or permission"),
  CONFLICTING_PARTS("AA-PARSE-0022", "parts that don't go together"),
  REPEATED_CONDITION("AA-PARSE-0023", "a condition with several values, or given twice"),
  UNKNOWN_CONDITION(
      "AA-PARSE-0024",
      "a condition that this kind of rule doesn't have",
      "remove it, or look for a slip of the pen"),
  NOT_A_LIMIT(
      "AA-PARSE-0025",
      "not a limit, or an unknown unit",
      "write a number and a unit that the limit has, or 'infinity'"),
  NOT_A_PORT(
      "AA-PARSE-0026",
      "not a port or a range of ports",
      "write a number from 0 to 65535, or a range such as 1024-65535"),
  NOT_A_CONDITION(
      "AA-PARSE-0027",
      "not a condition",
      "write '$NAME', 'defined NAME', or a comparison such as '@{NAME} == VALUE'"),
  AMBIGUOUS_TARGET(
      "AA-PARSE-0028",
      "a target that could be the link's or the exec's",
      "write two rules, one for the link and one to execute"),
  LATE_PREAMBLE_RULE("AA-PARSE-0030", "a preamble rule after a profile", "move it up"),
  NOT_A_PROFILE("AA-PARSE-0031", "neither a profile nor a preamble rule"),
  COMMA_AFTER_INCLUDE("AA-PARSE-0032", "a comma after an include", "remove ','"),
  UNCLOSED_INCLUDE("AA-PARSE-0033", "a '<' is not closed", "add '>'"),
  NOT_A_VARIABLE_NAME(
      "AA-PARSE-0034",
      "not a variable's name",
      "names are letters, digits and '_': '@{NAME}', or '$NAME' for true and false"),
  COMMA_BETWEEN_VALUES("AA-PARSE-0035", "a comma between a variable's values", "remove ','"),
  VARIABLE_WITHOUT_VALUES(
      "AA-PARSE-0036", "a variable without values", "write \"\" for an empty value"),
  MISSING_PROFILE_KEYWORD(
      "AA-PARSE-0037", "a name that needs the word 'profile' before it", "write 'profile NAME {'"),
  NOT_A_PROFILE_NAME("AA-PARSE-0038", "not a profile's name"),
  MISSING_BODY("AA-PARSE-0039", "a profile's body was expected here"),
  EMPTY_FLAGS("AA-PARSE-0040", "an empty list of flags", "remove the list"),
  UNKNOWN_FLAG("AA-PARSE-0041", "an unknown flag"),
  CONFLICTING_FLAGS("AA-PARSE-0042", "flags that exclude each other", "keep one of them"),
  MATCHES_NO_PATH(
      "AA-PARSE-0043",
      Diagnostic.Severity.WARNING,
      "a word where a path should be, which matches no path",
      null),
  COMMENT_IN_RULE(
      "AA-PARSE-0044",
      Diagnostic.Severity.WARNING,
      "a comment inside a rule",
      "put it before the rule, or at the end of the rule's line");

  private final String code;
  private final Diagnostic.Severity severity;
  private final String meaning;
  private final @Nullable String help;

  ParseProblem(String code, String meaning) {
    this(code, meaning, null);
  }

  ParseProblem(String code, String meaning, @Nullable String help) {
    this(code, Diagnostic.Severity.ERROR, meaning, help);
  }

  ParseProblem(String code, Diagnostic.Severity severity, String meaning, @Nullable String help) {
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
  public Diagnostic.Severity severity() {
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
