package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.Condition;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The values of boolean variables and of conditions. */
final class Conditions {

  private static final Pattern INTEGER =
      Pattern.compile("([-+]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]+)|([0-9]+))");

  /** More than any number of 64 bits has, in octal. */
  private static final int MOST_DIGITS = 22;

  private final Map<String, Boolean> values = new HashMap<>();

  boolean isDefined(String name) {
    return values.containsKey(name);
  }

  void set(String name, boolean value) {
    values.put(name, value);
  }

  /** Returns whether a condition holds; all of its operands are evaluated. */
  boolean holds(Condition condition, Variables scope) throws Variables.ExpansionException {
    if (condition instanceof Condition.Constant constant) {
      return constant.value();
    }
    if (condition instanceof Condition.BooleanVariable variable) {
      Boolean value = values.get(variable.name());
      if (value == null) {
        throw new Variables.ExpansionException(
            ResolveProblem.UNDEFINED_VARIABLE, "undefined variable $" + variable.name());
      }
      return value;
    }
    if (condition instanceof Condition.Defined defined) {
      return defined.isBoolean()
          ? isDefined(defined.name())
          : scope.asksForDefinition(defined.name());
    }
    if (condition instanceof Condition.Not not) {
      return !holds(not.operand(), scope);
    }
    if (condition instanceof Condition.All all) {
      return count(all.operands(), scope) == all.operands().size();
    }
    if (condition instanceof Condition.Any any) {
      return count(any.operands(), scope) > 0;
    }
    if (condition instanceof Condition.Comparison comparison) {
      return compare(comparison, scope);
    }
    throw new AssertionError(condition);
  }

  private int count(List<Condition> operands, Variables scope) throws Variables.ExpansionException {
    int count = 0;
    for (Condition operand : operands) {
      count += holds(operand, scope) ? 1 : 0;
    }
    return count;
  }

  private static boolean compare(Condition.Comparison comparison, Variables scope)
      throws Variables.ExpansionException {
    SortedSet<String> left = scope.values(comparison.left());
    SortedSet<String> right = scope.values(comparison.right());
    return switch (comparison.operator()) {
      case EQUAL -> left.equals(right);
      case NOT_EQUAL -> !left.equals(right);
      case IN -> right.containsAll(left);
      case GREATER -> order(left, right) > 0;
      case GREATER_OR_EQUAL -> order(left, right) >= 0;
      case LESS -> order(left, right) < 0;
      case LESS_OR_EQUAL -> order(left, right) <= 0;
    };
  }

  /** Compares two numbers, or two sets value by value. */
  private static int order(SortedSet<String> left, SortedSet<String> right)
      throws Variables.ExpansionException {
    Long leftNumber = number(left);
    Long rightNumber = number(right);
    if (leftNumber != null && rightNumber != null) {
      return leftNumber.compareTo(rightNumber);
    }
    if (leftNumber != null || rightNumber != null) {
      throw new Variables.ExpansionException(
          ResolveProblem.NUMBER_EXPECTED,
          "a number can't be compared with " + (leftNumber == null ? left : right));
    }
    Iterator<String> others = right.iterator();
    for (String value : left) {
      int order = others.hasNext() ? value.compareTo(others.next()) : 1;
      if (order != 0) {
        return order;
      }
    }
    return others.hasNext() ? -1 : 0;
  }

  private static @Nullable Long number(Set<String> values) throws Variables.ExpansionException {
    Matcher parts = INTEGER.matcher(values.size() == 1 ? values.iterator().next() : "");
    if (!parts.matches()) {
      return null;
    }
    int group = parts.group(2) != null ? 2 : parts.group(3) != null ? 3 : 4;
    int radix = group == 2 ? 16 : group == 3 ? 8 : 10;
    String digits = parts.group(group).replaceFirst("^0+(?=.)", "");
    String sign = parts.group(1).equals("-") ? "-" : "";
    // Longer ones aren't converted: that takes time in the square of their digits.
    BigInteger number = digits.length() > MOST_DIGITS ? null : new BigInteger(sign + digits, radix);
    if (number == null || number.bitLength() > Long.SIZE - 1) {
      throw new Variables.ExpansionException(
          ResolveProblem.NUMBER_EXPECTED, "a number must fit in 64 bits, with its sign");
    }
    return number.longValue();
  }
}
