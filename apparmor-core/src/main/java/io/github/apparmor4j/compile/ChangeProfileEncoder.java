package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.vocabulary.AcceptBits;

/**
 * Encoder of {@code change_profile} rules, in the file table: the label to change to, the program
 * with whose execution the profile changes, and both with a NUL between them.
 */
final class ChangeProfileEncoder {

  // A slash, a byte other than a slash or NUL, and anything without a NUL.
  private static final Regex ANY_PROGRAM =
      Regex.sequence(
          Regex.of('/'),
          Regex.of(ByteSet.ALL.minus(ByteSet.NONE.with('/').with(0))),
          RuleOutput.ANY);

  private ChangeProfileEncoder() {}

  static void encode(ChangeProfileRule rule, RuleOutput out) {
    Qualifiers qualifiers = rule.qualifiers();
    Aare program = rule.program() == null ? null : Aare.label(rule.program());
    Regex file = program == null ? ANY_PROGRAM : program.regex();
    Regex target = rule.target() == null ? RuleOutput.ANY : label(rule.target(), out);
    int exec =
        program == null
            ? 0
            : AcceptBits.both(
                AcceptBits.EXEC
                    | AcceptBits.execType(AcceptBits.INDEX_NONE, false, false, rule.unsafe()));
    // apparmor_parser never has these logged.
    out.add(
        EncodedRule.Table.FILE,
        qualifiers,
        target,
        AcceptBits.CHANGE_PROFILE | AcceptBits.CHANGE_ON_EXEC,
        0,
        true);
    out.add(EncodedRule.Table.FILE, qualifiers, file, AcceptBits.CHANGE_ON_EXEC, 0, true);
    out.add(
        EncodedRule.Table.FILE,
        qualifiers,
        Regex.sequence(file, RuleOutput.NUL, target),
        AcceptBits.CHANGE_ON_EXEC | exec,
        0,
        false);
  }

  /**
   * Returns a label to change to. Kernels that can't stack profiles want its namespace as a field.
   */
  private static Regex label(String target, RuleOutput out) {
    if (out.mediation.has("domain/stack")) {
      return Aare.label(target).regex();
    }
    if (target.startsWith("&")) {
      throw new IllegalArgumentException(
          "the kernel or the policy's ABI does not support stacking");
    }
    int colon = target.startsWith(":") ? target.indexOf(':', 1) : -1;
    return colon < 0
        ? Aare.label(target).regex()
        : Regex.sequence(
            Aare.label(target.substring(1, colon)).regex(),
            RuleOutput.NUL,
            Aare.label(target.substring(colon + 1)).regex());
  }
}
