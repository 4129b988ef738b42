package io.github.apparmor4j.profile;

import java.util.Objects;

/**
 * {@code $name = true}: the value of a boolean variable.
 *
 * @param name letters, digits and underscores, first a letter; without {@code $}
 * @param operator how an earlier value is treated; not {@code +=}
 * @param value the new value
 */
public record BooleanAssignment(String name, VariableAssignment.Operator operator, Condition value)
    implements FileElement {

  /** Checks name and operator. */
  public BooleanAssignment {
    if (!Condition.NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a variable's name: '" + name + "'");
    }
    if (Objects.requireNonNull(operator, "operator") == VariableAssignment.Operator.ADD) {
      throw new IllegalArgumentException("'+=' is not for boolean variables: $" + name);
    }
    if (Objects.requireNonNull(value, "value").toString().indexOf('\n') >= 0) {
      throw new IllegalArgumentException("the condition must stand on one line: $" + name);
    }
  }

  /** Returns {@code $name = value}. */
  public static BooleanAssignment of(String name, boolean value) {
    return new BooleanAssignment(
        name, VariableAssignment.Operator.SET, new Condition.Constant(value));
  }

  @Override
  public String toString() {
    return "$" + name + " " + operator + " " + value;
  }
}
