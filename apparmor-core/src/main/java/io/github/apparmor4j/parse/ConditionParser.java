package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.Condition;
import io.github.apparmor4j.source.SourceSpan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads conditions: {@code not} binds tighter than {@code and}, which binds tighter than {@code
 * or}. Parentheses are kept on a stack of its own, so that their depth takes no thread's stack.
 */
final class ConditionParser {

  private static final Pattern BLANK = Pattern.compile("[ \t]");

  /** How deep conditions may nest that are not in parentheses for nothing. */
  private static final int MAX_NESTING = 200;

  private final RuleScanner in;
  private final int maxDepth;

  /** Whether the value of a variable is read, which ends with its line. */
  private boolean assignment;

  /** Offset of the line feed after the place where reading began; negative if there is none. */
  private int lineEnd;

  ConditionParser(RuleScanner in, int maxDepth) {
    this.in = in;
    this.maxDepth = maxDepth;
  }

  /** What was read since a parenthesis was opened: operands of {@code or}, then of {@code and}. */
  private static final class Group {
    final List<Condition> any = new ArrayList<>();
    final List<Condition> all = new ArrayList<>();

    /** How many {@code not} stand before the operand that is read next. */
    int nots;

    /** How deep the conditions nest that were read. */
    int depth;

    /**
     * Adds an operand.
     *
     * @param levels how deep it nests
     */
    void add(Condition operand, int levels) {
      depth = Math.max(depth, levels + nots);
      Condition negated = operand;
      for (; nots > 0; nots--) {
        negated = new Condition.Not(negated);
      }
      // Parentheses around operands of the same kind don't change the meaning.
      if (negated instanceof Condition.All nested) {
        all.addAll(nested.operands());
      } else {
        all.add(negated);
      }
    }

    void endAlternative() {
      Condition last = all.size() == 1 ? all.get(0) : new Condition.All(all);
      all.clear();
      if (last instanceof Condition.Any nested) {
        any.addAll(nested.operands());
      } else {
        any.add(last);
      }
    }

    Condition whole() {
      depth += all.size() > 1 || !any.isEmpty() ? 1 : 0;
      endAlternative();
      return any.size() == 1 ? any.get(0) : new Condition.Any(any);
    }
  }

  /** Reads the condition of an {@code if}, in which no comment can stand. */
  Condition condition() {
    assignment = false;
    return read();
  }

  /**
   * Reads the value of a variable. It ends with its line, unless an operator is left over or
   * follows.
   */
  Condition value() {
    assignment = true;
    Condition value = read();
    int end = in.text.indexOf('\n', in.lastEnd);
    if (!in.atEnd() && (end < 0 || end >= in.pos)) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, in.here(), "expected the end of the line" + in.found(), null);
    }
    return value;
  }

  private Condition read() {
    in.comments = assignment;
    try {
      lineEnd = in.text.indexOf('\n', in.pos);
      in.skip();
      Deque<Group> outer = new ArrayDeque<>();
      Group group = new Group();
      while (true) {
        if (acceptOperator("not")) {
          group.nots++;
          checkDepth(group.nots, MAX_NESTING);
          continue;
        }
        if (in.peek() == '(' && isOnLine()) {
          in.accept("(");
          outer.push(group);
          group = new Group();
          checkDepth(outer.size(), maxDepth);
          continue;
        }
        group.add(acceptOperator("defined") ? defined() : variableOrComparison(), 0);
        while (!outer.isEmpty() && in.peek() == ')' && isOnLine()) {
          in.accept(")");
          Condition inner = group.whole();
          int levels = group.depth;
          checkDepth(levels, MAX_NESTING);
          group = outer.pop();
          group.add(inner, levels);
        }
        if (acceptOperator("or")) {
          group.endAlternative();
        } else if (!acceptOperator("and")) {
          if (outer.isEmpty()) {
            return group.whole();
          }
          in.expect(")");
        }
      }
    } finally {
      in.comments = true;
    }
  }

  /** Passes a word and the blanks after it, without which it is part of another. */
  private boolean acceptOperator(String word) {
    return in.peek(word.length()) != '\r' && in.acceptBeforeBlank(word);
  }

  /** Returns whether symbols are read here: not on a further line of an assignment. */
  private boolean isOnLine() {
    return !assignment || lineEnd < 0 || in.pos <= lineEnd;
  }

  private void checkDepth(int depth, int limit) {
    if (depth > limit) {
      throw new ParseFailure(
          ParseProblem.TOO_DEEP,
          in.here(),
          "conditions nest deeper than the limit of " + limit,
          null);
    }
  }

  private Condition defined() {
    if (in.peek() == '$') {
      Condition defined = new Condition.Defined(booleanName(), true);
      in.skip();
      return defined;
    }
    int from = in.pos;
    String word = word();
    // '@name' is another spelling of '@{name}'.
    boolean braces = word.startsWith("@{") && word.endsWith("}");
    String name = braces ? word.substring(2, word.length() - 1) : word.replaceFirst("^@", "");
    if (!braces && (!word.startsWith("@") || !Condition.NAME.matcher(name).matches())) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, in.from(from), "expected a variable, not '" + word + "'", null);
    }
    return in.built(from, () -> new Condition.Defined(name, false));
  }

  private Condition variableOrComparison() {
    if (in.peek() == '$') {
      Condition variable = new Condition.BooleanVariable(booleanName());
      in.skip();
      return variable;
    }
    int from = in.pos;
    String left = word();
    Condition.Operator operator = isOnLine() ? operator() : null;
    if (operator != null) {
      if (!isOnLine()) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, in.here(), "expected a word on the same line", null);
      }
      String right = word();
      return in.built(from, () -> new Condition.Comparison(left, operator, right));
    }
    String constant = left.toLowerCase(Locale.ROOT);
    if (constant.equals("true") || constant.equals("false")) {
      return new Condition.Constant(constant.equals("true"));
    }
    throw new ParseFailure(
        ParseProblem.NOT_A_CONDITION,
        new SourceSpan(from, in.lastEnd),
        "'" + left + "' is not a condition",
        "compare it, or write 'defined " + left + "'");
  }

  /**
   * Passes an operator of a comparison; those that can be part of a word need a blank after them.
   */
  private Condition.@Nullable Operator operator() {
    for (Condition.Operator operator : OPERATORS) {
      String symbol = operator.toString();
      boolean apart =
          operator == Condition.Operator.EQUAL || operator == Condition.Operator.NOT_EQUAL;
      if (apart ? in.accept(symbol) : acceptOperator(symbol)) {
        return operator;
      }
    }
    return null;
  }

  // Longer symbols come first, so that '>=' is not taken for '>'.
  private static final List<Condition.Operator> OPERATORS =
      List.of(
          Condition.Operator.EQUAL,
          Condition.Operator.NOT_EQUAL,
          Condition.Operator.GREATER_OR_EQUAL,
          Condition.Operator.LESS_OR_EQUAL,
          Condition.Operator.GREATER,
          Condition.Operator.LESS,
          Condition.Operator.IN);

  /** Reads a word. */
  private String word() {
    Scanner.Word word = in.word("a word", in.peek() == '(' ? "(=)" : "=)");
    // Here apparmor_parser knows neither escaped blanks nor carriage returns before line feeds.
    if (!word.quoted() && (in.peek() == '\r' || BLANK.matcher(word.text()).find())) {
      throw new ParseFailure(
          ParseProblem.NEEDS_QUOTES, word.span(), "a blank can't be escaped here", "use quotes");
    }
    in.skip();
    return word.text();
  }

  /** Reads {@code $name} or {@code ${name}}. */
  String booleanName() {
    boolean braces = in.peek(1) == '{';
    return name(braces ? 2 : 1, braces);
  }

  private String name(int prefix, boolean braces) {
    int start = in.pos;
    int from = start + prefix;
    int end = from;
    while (end < in.text.length() && Scanner.isNamePart(in.text.charAt(end))) {
      end++;
    }
    String name = in.text.substring(Math.min(from, in.text.length()), end);
    boolean closed = !braces || in.text.startsWith("}", end);
    if (!closed || !Condition.NAME.matcher(name).matches()) {
      throw new ParseFailure(
          ParseProblem.NOT_A_VARIABLE_NAME,
          new SourceSpan(start, Math.max(start, end)),
          "a variable's name has letters, digits and '_'",
          null);
    }
    in.advance(end - start + (braces ? 1 : 0));
    in.skipInLine();
    return name;
  }
}
