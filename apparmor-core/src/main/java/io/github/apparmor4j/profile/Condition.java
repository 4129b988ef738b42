package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A condition of an {@code if} or of a boolean variable's value. {@code toString()} is its text.
 * Immutable and thread-safe.
 */
public sealed interface Condition {

  /**
   * {@code true} or {@code false}.
   *
   * @param value the constant
   */
  record Constant(boolean value) implements Condition {
    @Override
    public String toString() {
      return String.valueOf(value);
    }
  }

  /**
   * {@code $name}: the value of a boolean variable.
   *
   * @param name without {@code $}
   */
  record BooleanVariable(String name) implements Condition {
    /** Checks the name. */
    public BooleanVariable {
      checkName(name);
    }

    @Override
    public String toString() {
      return "$" + name;
    }
  }

  /**
   * {@code defined @{name}} or {@code defined $name}: whether a variable is defined.
   *
   * @param name without {@code @{}} or {@code $}
   * @param isBoolean whether a boolean one is meant
   */
  record Defined(String name, boolean isBoolean) implements Condition {
    /** Checks the name. */
    public Defined {
      checkName(name);
    }

    @Override
    public String toString() {
      return "defined " + (isBoolean ? "$" + name : "@{" + name + "}");
    }
  }

  /**
   * {@code not …}.
   *
   * @param operand what must not hold
   */
  record Not(Condition operand) implements Condition {
    /** Rejects {@code null}. */
    public Not {
      Objects.requireNonNull(operand, "operand");
    }

    @Override
    public String toString() {
      return "not "
          + (operand instanceof Any || operand instanceof All ? "(" + operand + ")" : operand);
    }
  }

  /**
   * {@code … and …}.
   *
   * @param operands at least two, none of them of the same kind
   */
  record All(List<Condition> operands) implements Condition {
    /** Copies the list. */
    public All {
      operands = List.copyOf(operands);
      checkOperands(operands, All.class);
    }

    @Override
    public String toString() {
      return String.join(
          " and ",
          operands.stream().map(o -> o instanceof Any ? "(" + o + ")" : o.toString()).toList());
    }
  }

  /**
   * {@code … or …}.
   *
   * @param operands at least two, none of them of the same kind
   */
  record Any(List<Condition> operands) implements Condition {
    /** Copies the list. */
    public Any {
      operands = List.copyOf(operands);
      checkOperands(operands, Any.class);
    }

    @Override
    public String toString() {
      return String.join(" or ", operands.stream().map(Condition::toString).toList());
    }
  }

  /**
   * {@code left == right}.
   *
   * @param left a word or {@code @{name}} (also written {@code @name}), whose values are compared
   *     as a set
   * @param operator how they are compared
   * @param right like {@code left}
   */
  record Comparison(String left, Operator operator, String right) implements Condition {
    /** Checks the words. */
    public Comparison {
      left = variable(Words.checkedQuotes(left, "left"));
      Objects.requireNonNull(operator, "operator");
      right = variable(Words.checkedQuotes(right, "right"));
    }

    /** Returns {@code @{name}} for {@code @name}, another spelling of it. */
    private static String variable(String word) {
      return word.startsWith("@") && NAME.matcher(word.substring(1)).matches()
          ? "@{" + word.substring(1) + "}"
          : word;
    }

    @Override
    public String toString() {
      return Words.operand(left) + " " + operator + " " + Words.operand(right);
    }
  }

  /** The ways to compare two sets of values. */
  enum Operator {
    /** The same set. */
    EQUAL("=="),
    /** Not the same set. */
    NOT_EQUAL("!="),
    /** The left is a subset of the right. */
    IN("in"),
    /** Greater, compared as numbers or sets. */
    GREATER(">"),
    /** Greater or equal, compared in the same way. */
    GREATER_OR_EQUAL(">="),
    /** Less, compared in the same way. */
    LESS("<"),
    /** Less or equal, compared in the same way. */
    LESS_OR_EQUAL("<=");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    @Override
    public String toString() {
      return symbol;
    }
  }

  private static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a variable's name: '" + name + "'");
    }
  }

  private static void checkOperands(List<Condition> operands, Class<?> kind) {
    if (operands.size() < 2 || operands.stream().anyMatch(kind::isInstance)) {
      throw new IllegalArgumentException("not enough operands: " + operands);
    }
  }

  /** The form of a variable's name. */
  Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");
}
