package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.RlimitRule;
import io.github.apparmor4j.profile.Rule;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code set rlimit} rules. */
final class RlimitParser {

  private static final Pattern AMOUNT = Pattern.compile("(-?[0-9]+)([A-Za-z]*)");

  private RlimitParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
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
    Word name = in.word("a resource", "<");
    RlimitRule.Resource resource =
        RuleScanner.known(
            name,
            RlimitRule.Resource.named(name.text()),
            "resource",
            List.of(RlimitRule.Resource.values()));
    in.skip();
    in.expect("<=");
    Word value = in.word("a limit", ",");
    in.skip();
    if (value.text().equals("infinity")) {
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
      unit = in.word("a unit");
      unitText = unit.text();
      in.skip();
    }
    Optional<RlimitRule.Unit> known = RlimitRule.Unit.named(unitText);
    if (known.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.NOT_A_LIMIT, unit.span(), "unknown unit '" + unitText + "'", null);
    }
    long amount = amount(String.valueOf(parts.group(1)), value);
    return in.built(() -> new RlimitRule(resource, amount, known.get()));
  }

  /** Returns the number that a text writes; one that begins with 0 is octal. */
  private static long amount(String text, Word word) {
    boolean octal = text.length() > 1 && text.startsWith("0");
    try {
      return Long.parseLong(text, octal ? 8 : 10);
    } catch (NumberFormatException e) {
      throw new ParseFailure(
          ParseProblem.NOT_A_LIMIT, word.span(), "'" + text + "' is not a limit", null);
    }
  }
}
