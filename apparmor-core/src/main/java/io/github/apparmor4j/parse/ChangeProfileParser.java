package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;

/** Reads {@code change_profile} rules. */
final class ChangeProfileParser {

  private ChangeProfileParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    boolean unsafe = in.acceptBeforeBlank("unsafe");
    boolean modified = unsafe || in.acceptBeforeBlank("safe");
    String program = null;
    if (!in.atRuleEnd() && !in.atArrow()) {
      program = in.word("a program").text();
      in.skip();
    }
    if (modified && program == null) {
      throw new ParseFailure(
          ParseProblem.SAFE_WITHOUT_EXEC,
          in.from(in.ruleStart),
          "'safe' and 'unsafe' need a program",
          "change_profile unsafe /program -> profile,");
    }
    String target = in.atArrow() ? in.arrowTarget() : null;
    if (in.peek() == ',' && !in.endsWord(in.pos + 1)) {
      throw new ParseFailure(
          ParseProblem.MISSING_COMMA,
          in.here(),
          "a blank must follow the comma after a change_profile rule",
          "add a blank");
    }
    String exec = program;
    return in.built(() -> new ChangeProfileRule(qualifiers, unsafe, exec, target));
  }
}
