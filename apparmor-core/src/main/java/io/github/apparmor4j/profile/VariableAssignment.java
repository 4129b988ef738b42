package io.github.apparmor4j.profile;

import java.util.List;

/**
 * {@code @{name} = value …}: the values of a variable.
 *
 * @param name letters, digits and underscores, first a letter; without {@code @{}}
 * @param operator how earlier values are treated
 * @param values at least one; patterns, which may hold variables and may be empty
 */
public record VariableAssignment(String name, Operator operator, List<String> values)
    implements FileElement {

  /** The ways to treat earlier values. */
  public enum Operator {
    /** {@code =}: defines; an error if the variable is defined already. */
    SET("="),
    /** {@code +=}: adds; an error if the variable is not defined yet. */
    ADD("+="),
    /** {@code ?=}: defines, unless the variable is defined already. */
    DEFAULT("?="),
    /** {@code :=}: defines, in place of earlier values. */
    OVERRIDE(":=");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    @Override
    public String toString() {
      return symbol;
    }
  }

  /** Rejects names that are not valid, and an empty list of values. */
  public VariableAssignment {
    if (!Condition.NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a variable's name: '" + name + "'");
    }
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("values are empty");
    }
    values.forEach(value -> Words.checkedQuotes(value, "value"));
  }

  /** Returns {@code @{name} = values}. */
  public static VariableAssignment of(String name, String... values) {
    return new VariableAssignment(name, Operator.SET, List.of(values));
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("@{" + name + "} " + operator);
    for (String value : values) {
      out.append(' ').append(Words.word(value));
    }
    return out.toString();
  }
}
