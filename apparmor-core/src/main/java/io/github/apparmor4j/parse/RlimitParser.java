package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.RlimitRule;
import io.github.apparmor4j.profile.Rule;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code set rlimit} rules. */
final class RlimitParser {

  private static final Pattern OCTAL = Pattern.compile("0[0-7]*");
  private static final Pattern ZEROS = Pattern.compile("^0+");
  private static final int MOST_DIGITS = 22; // of 64 bits, in octal
  private static final Pattern AMOUNT = Pattern.compile("(-?[0-9]+)([A-Za-z]*)");

  private RlimitParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    in.comments = false;
    if (!in.acceptKeyword("rlimit")) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED,
          in.here(),
          "expected 'rlimit'" + in.found(),
          "set rlimit NAME <= VALUE,");
    }
    if (!qualifiers.equals(Qualifiers.NONE)) {
      throw new ParseFailure(
          ParseProblem.MISPLACED_QUALIFIER,
          in.from(in.ruleStart),
          "rlimit rules have no qualifiers",
          null);
    }
    Word name = in.bareWord("a resource", "<");
    RlimitRule.Resource resource =
        RuleScanner.known(
            name,
            RlimitRule.Resource.named(name.text()),
            "resource",
            List.of(RlimitRule.Resource.values()));
    in.skip();
    in.expect("<=");
    Word value = in.bareWord("a limit", ",");
    in.skip();
    if (value.text().equals("infinity")) {
      if (!in.atRuleEnd()) {
        in.bareWord("a unit", ","); // which means nothing
        in.skip();
      }
      return in.built(() -> RlimitRule.of(resource, RlimitRule.INFINITY));
    }
    Matcher parts = AMOUNT.matcher(value.text());
    if (!parts.matches()) {
      throw new ParseFailure(
          ParseProblem.NOT_A_LIMIT, value.span(), "'" + value.text() + "' is not a limit", null);
    }
    Word unit = value;
    String unitText = String.valueOf(parts.group(2));
    if (unitText.isEmpty() && !in.atRuleEnd()) {
      unit = in.bareWord("a unit", ",");
      unitText = unit.text();
      in.skip();
    }
    Optional<RlimitRule.Unit> known = RlimitRule.Unit.named(unitText);
    if (known.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.NOT_A_LIMIT, unit.span(), "unknown unit '" + unitText + "'", null);
    }
    long amount = amount(String.valueOf(parts.group(1)));
    return in.built(() -> new RlimitRule(resource, amount, known.get()));
  }

  /**
   * Returns the number that a text writes, as C's {@code strtoll} reads it: one that begins with 0
   * is octal and ends before the first 8 or 9; what is too large becomes the largest.
   */
  private static long amount(String text) {
    boolean negative = text.startsWith("-");
    String unsigned = text.substring(negative ? 1 : 0);
    Matcher octal = OCTAL.matcher(unsigned);
    boolean isOctal = octal.lookingAt();
    String digits = ZEROS.matcher(isOctal ? octal.group() : unsigned).replaceFirst("");
    BigInteger number =
        digits.isEmpty()
            ? BigInteger.ZERO
            : digits.length() > MOST_DIGITS
                ? BigInteger.TWO.pow(Long.SIZE)
                : new BigInteger(digits, isOctal ? 8 : 10);
    long amount = number.bitLength() < Long.SIZE ? number.longValue() : Long.MAX_VALUE;
    return negative ? -amount : amount;
  }
}
