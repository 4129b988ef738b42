package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.AbiRule;
import io.github.apparmor4j.profile.Alias;
import io.github.apparmor4j.profile.BooleanAssignment;
import io.github.apparmor4j.profile.Condition;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.VariableAssignment;
import io.github.apparmor4j.source.SourceSpan;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the elements of a preamble, and also the includes and ABIs inside profiles. Each method
 * reads the element at the cursor; the caller has passed its keyword, except that of an include.
 */
final class PreambleParser {

  private static final List<VariableAssignment.Operator> OPERATORS =
      List.of(VariableAssignment.Operator.values());

  private final RuleScanner in;
  private final ConditionParser conditions;

  PreambleParser(RuleScanner in, ConditionParser conditions) {
    this.in = in;
    this.conditions = conditions;
  }

  /** Returns whether an assignment to a variable begins at the cursor. It ends with its line. */
  boolean atAssignment() {
    if (in.peek() != '@') {
      return false;
    }
    if (in.peek(1) != '{') {
      return Character.isLetter(in.peek(1));
    }
    int close = in.text.indexOf('}', in.pos);
    if (close < 0) {
      return false;
    }
    Scanner ahead = in.ahead();
    ahead.pos = close + 1;
    ahead.skip();
    return OPERATORS.stream()
        .anyMatch(operator -> in.text.startsWith(operator.toString(), ahead.pos));
  }

  /** Returns whether an include begins at the cursor. It has no comma at its end. */
  boolean atInclude() {
    return in.atHashInclude()
        || (in.text.startsWith("include", in.pos) && (in.peek(7) == ' ' || in.peek(7) == '\t'));
  }

  Include include() {
    int start = in.pos;
    in.advance(in.peek() == '#' ? 8 : 7);
    boolean apart = in.peek() == ' ' || in.peek() == '\t';
    in.skipInLine();
    boolean ifExists = false;
    if (apart && in.text.startsWith("if", in.pos) && Scanner.isBlank(in.peek(2))) {
      in.advance(2);
      in.skipInLine();
      if (!in.passKeyword("exists") || (in.peek() != ' ' && in.peek() != '\t')) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED,
            in.here(),
            "expected 'exists'" + in.found(),
            "include if exists <path>");
      }
      ifExists = true;
    }
    in.comments = false;
    in.skip(); // the name may stand on a later line
    in.comments = true;
    boolean exists = ifExists;
    boolean searched = in.peek() == '<';
    String path = named();
    if (in.peek() == ',') {
      throw new ParseFailure(
          ParseProblem.COMMA_AFTER_INCLUDE, in.here(), "an include has no ',' at its end", null);
    }
    return in.built(start, () -> new Include(path, searched, exists));
  }

  /** Reads {@code <path>}, {@code "path"} or {@code path}. */
  private String named() {
    if (in.peek() != '<') {
      return in.word("a file").text();
    }
    int end = in.pos;
    while (end < in.text.length() && in.text.charAt(end) != '>' && in.text.charAt(end) != '\n') {
      end++;
    }
    if (end >= in.text.length() || in.text.charAt(end) == '\n') {
      throw new ParseFailure(
          ParseProblem.UNCLOSED_INCLUDE, new SourceSpan(in.pos, end), "'<' is not closed", null);
    }
    String path = in.text.substring(in.pos + 1, end);
    boolean quoted = path.length() > 1 && path.startsWith("\"") && path.endsWith("\"");
    path = quoted ? path.substring(1, path.length() - 1) : path.strip();
    if (path.isEmpty() || path.indexOf('"') >= 0) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED,
          new SourceSpan(in.pos, end + 1),
          "not a file's name: <" + path + ">",
          null);
    }
    in.advance(end + 1 - in.pos);
    return path;
  }

  AbiRule abi() {
    int start = in.pos;
    in.comments = false;
    try {
      in.skip();
      boolean searched = in.peek() == '<';
      String path = named();
      in.skip();
      comma("an abi rule");
      if (!in.atEnd() && !in.endsWord(in.pos)) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, in.here(), "expected a blank" + in.found(), null);
      }
      return in.built(start, () -> new AbiRule(path, searched));
    } finally {
      in.comments = true;
    }
  }

  VariableAssignment assignment() {
    int start = in.pos;
    in.advance(1);
    boolean braces = in.peek() == '{';
    if (braces) {
      in.advance(1);
    }
    int end = in.pos;
    while (end < in.text.length() && Scanner.isNamePart(in.text.charAt(end))) {
      end++;
    }
    String name = in.text.substring(in.pos, end);
    in.advance(end - in.pos);
    if (braces) {
      if (in.peek() != '}') {
        throw new ParseFailure(
            ParseProblem.NOT_A_VARIABLE_NAME,
            in.here(),
            "a variable's name has letters, digits and '_'",
            null);
      }
      in.advance(1);
    }
    if (Scanner.isBlank(in.peek())) {
      in.skip(); // to another line, too
    }
    VariableAssignment.Operator operator = operator(true);
    List<String> values = new ArrayList<>();
    while (true) {
      in.skipInLine();
      if (in.peek() == '\\' && (in.peek(1) == '\n' || (in.peek(1) == '\r' && in.peek(2) == '\n'))) {
        in.pos += in.peek(1) == '\n' ? 2 : 3;
        continue;
      }
      if (in.atEnd() || in.peek() == '\n' || in.peek() == '#') {
        break;
      }
      if (in.peek() == ',' && in.endsWord(in.pos + 1)) {
        throw new ParseFailure(
            ParseProblem.COMMA_BETWEEN_VALUES,
            in.here(),
            "a variable's values are separated by blanks",
            null);
      }
      values.add(in.word("a value").text());
    }
    if (values.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.VARIABLE_WITHOUT_VALUES,
          in.from(start),
          "@{" + name + "} has no value",
          null);
    }
    return in.built(start, () -> new VariableAssignment(name, operator, values));
  }

  /**
   * Reads an operator.
   *
   * @param apart whether {@code :=} needs a blank before it
   */
  private VariableAssignment.Operator operator(boolean apart) {
    for (VariableAssignment.Operator operator : OPERATORS) {
      if (in.text.startsWith(operator.toString(), in.pos)
          && (!apart
              || operator != VariableAssignment.Operator.OVERRIDE
              || Scanner.isBlank(in.peek(-1)))) {
        in.advance(operator.toString().length());
        return operator;
      }
    }
    throw new ParseFailure(ParseProblem.UNEXPECTED, in.here(), "expected '='" + in.found(), null);
  }

  BooleanAssignment booleanAssignment() {
    int start = in.pos;
    String name = conditions.booleanName();
    in.skipInLine();
    VariableAssignment.Operator operator = operator(false);
    Condition value = conditions.value();
    return in.built(start, () -> new BooleanAssignment(name, operator, value));
  }

  Alias alias(int start) {
    FileParser.notVariable(in);
    Word from = in.word("a path");
    if ("/:&@".indexOf(from.text().isEmpty() ? ' ' : from.text().charAt(0)) < 0) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PATH, from.span(), "not a path: " + from.text(), null);
    }
    in.skip();
    String to = in.arrowTarget();
    if (to == null) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, in.here(), "expected '->'" + in.found(), null);
    }
    comma("an alias");
    return in.built(start, () -> new Alias(from.text(), to));
  }

  private void comma(String what) {
    if (!in.text.startsWith(",", in.pos)) {
      throw new ParseFailure(
          ParseProblem.MISSING_COMMA,
          new SourceSpan(in.lastEnd, in.lastEnd),
          what + " needs ',' at its end",
          null);
    }
    in.advance(1);
  }
}
