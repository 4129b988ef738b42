package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.Condition;
import io.github.apparmor4j.source.SourceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads conditions: {@code not} binds tighter than {@code and}, which binds tighter than {@code
 * or}.
 */
final class ConditionParser {

  private final RuleScanner in;
  private final int maxDepth;
  private int depth;

  ConditionParser(RuleScanner in, int maxDepth) {
    this.in = in;
    this.maxDepth = maxDepth;
  }

  /**
   * Reads the condition at the cursor. Passes blanks after it on the same line, and after a {@code
   * )} also those on further lines.
   */
  Condition condition() {
    depth = 0;
    return any();
  }

  private Condition any() {
    return joined("or", this::all, Condition.Any::new, Condition.Any.class);
  }

  private Condition all() {
    return joined("and", this::operand, Condition.All::new, Condition.All.class);
  }

  private Condition joined(
      String keyword,
      Supplier<Condition> operand,
      Function<List<Condition>, Condition> join,
      Class<?> kind) {
    Condition first = operand.get();
    if (!in.peekKeyword().equals(keyword)) {
      return first;
    }
    List<Condition> operands = new ArrayList<>();
    addFlat(first, kind, operands);
    while (in.acceptKeyword(keyword)) {
      addFlat(operand.get(), kind, operands);
    }
    return join.apply(operands);
  }

  // Parentheses around operands of the same kind don't change the meaning.
  private static void addFlat(Condition condition, Class<?> kind, List<Condition> to) {
    if (condition instanceof Condition.Any any && kind == Condition.Any.class) {
      to.addAll(any.operands());
    } else if (condition instanceof Condition.All all && kind == Condition.All.class) {
      to.addAll(all.operands());
    } else {
      to.add(condition);
    }
  }

  private Condition operand() {
    if (++depth > maxDepth) {
      throw new ParseFailure(
          ParseProblem.TOO_DEEP,
          in.here(),
          "conditions nest deeper than the limit of " + maxDepth,
          null);
    }
    try {
      if (in.acceptKeyword("not")) {
        return new Condition.Not(operand());
      }
      if (in.accept("(")) {
        Condition inner = any();
        in.expect(")");
        return inner;
      }
      if (in.acceptKeyword("defined")) {
        return defined();
      }
      if (in.peek() == '$') {
        return new Condition.BooleanVariable(booleanName());
      }
      return constantOrComparison();
    } finally {
      depth--;
    }
  }

  private Condition defined() {
    if (in.peek() == '$') {
      return new Condition.Defined(booleanName(), true);
    }
    int start = in.pos;
    String word = word();
    if (!word.startsWith("@{") || !word.endsWith("}")) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, in.from(start), "expected a variable, not '" + word + "'", null);
    }
    return in.built(
        start, () -> new Condition.Defined(word.substring(2, word.length() - 1), false));
  }

  private Condition constantOrComparison() {
    int start = in.pos;
    String left = word();
    for (Condition.Operator operator : OPERATORS) {
      boolean found =
          operator == Condition.Operator.IN
              ? Scanner.isBlank(in.peek(2)) && in.acceptKeyword("in")
              : in.accept(operator.toString());
      if (found) {
        String right = word();
        return in.built(start, () -> new Condition.Comparison(left, operator, right));
      }
    }
    String constant = left.toLowerCase(Locale.ROOT);
    if (constant.equals("true") || constant.equals("false")) {
      return new Condition.Constant(constant.equals("true"));
    }
    throw new ParseFailure(
        ParseProblem.NOT_A_CONDITION,
        new SourceSpan(start, in.lastEnd),
        "'" + left + "' is not a condition",
        "compare it, or write 'defined " + left + "'");
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

  /** Reads a word, in which {@code @name} is another spelling of {@code @{name}}. */
  private String word() {
    Scanner.Word word = in.word("a word", "()");
    in.skipInLine();
    String text = word.text();
    boolean bare = text.startsWith("@") && Condition.NAME.matcher(text.substring(1)).matches();
    return bare ? "@{" + text.substring(1) + "}" : text;
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
    while (end < in.text.length()
        && (Character.isLetterOrDigit(in.text.charAt(end)) || in.text.charAt(end) == '_')) {
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
