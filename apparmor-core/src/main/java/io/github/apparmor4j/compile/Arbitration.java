package io.github.apparmor4j.compile;

import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.AcceptWords;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decision, for each permission, which of several rules that match the same string wins: the
 * one with the highest priority; among equals one that denies, then for execution one without
 * wildcards, then one that allows, and last one that prompts (docs/binary-policy.md). Both
 * compiling and explaining use this.
 */
final class Arbitration {

  /** Two equally strong rules that execute the same file in different ways. */
  record Conflict(EncodedRule first, EncodedRule second) {}

  private final boolean files;
  private int allow;
  private int audit;
  private int quiet;
  private int prompt;
  private @Nullable Conflict conflict;

  private Arbitration(boolean files) {
    this.files = files;
  }

  /**
   * Decides about a string.
   *
   * @param rules rules that match the string
   * @param files whether the rules are of the file table
   */
  static Arbitration of(List<EncodedRule> rules, boolean files) {
    Arbitration result = new Arbitration(files);
    int spoken = 0;
    for (EncodedRule rule : rules) {
      spoken |= rule.permissions();
    }
    for (int left = spoken; left != 0; left &= left - 1) {
      int bit = Integer.lowestOneBit(left);
      if (!files || !AcceptBits.isExecType(bit)) { // which is decided with its exec bit
        result.decide(rules, bit);
      }
    }
    if (files) {
      result.allow |= inheritedMmap(rules, result.allow, true);
      result.allow |= inheritedMmap(rules, result.allow, false);
    }
    return result;
  }

  /** Returns the permissions that result from all rules. */
  AcceptWords words() {
    return new AcceptWords(allow, prompt, audit, quiet);
  }

  /** Returns two rules that conflict, or {@code null} if none do. */
  @Nullable Conflict conflict() {
    return conflict;
  }

  private void decide(List<EncodedRule> rules, int bit) {
    int type = files ? AcceptBits.execTypeOf(bit) : 0;
    int strongest = strongest(rules, bit);
    EncodedRule decided = null;
    for (EncodedRule rule : rules) {
      if (!speaks(rule, bit) || rule.strength(bit) != strongest) {
        continue;
      }
      int said = rule.permissions() & (bit | type);
      switch (rule.action()) {
        case DENY -> quiet |= rule.audit() & bit;
        case PROMPT -> {
          prompt |= said;
          audit |= rule.audit() & (bit | type);
        }
        case ALLOW -> {
          if (decided != null && ((decided.permissions() ^ rule.permissions()) & type) != 0) {
            conflict = new Conflict(decided, rule);
          }
          decided = rule;
          allow |= said;
          audit |= rule.audit() & (bit | type);
        }
      }
    }
  }

  private static boolean speaks(EncodedRule rule, int bit) {
    return (rule.permissions() & bit) != 0;
  }

  private static int strongest(List<EncodedRule> rules, int bit) {
    int strongest = Integer.MIN_VALUE;
    for (EncodedRule rule : rules) {
      if (speaks(rule, bit)) {
        strongest = Math.max(strongest, rule.strength(bit));
      }
    }
    return strongest;
  }

  /**
   * Returns the rules that decided about a permission: the allowing ones if it is allowed,
   * otherwise the denying ones; none if no rule is about it.
   *
   * @param rules rules that match the string
   */
  static List<EncodedRule> deciding(List<EncodedRule> rules, int bit, boolean files) {
    int strongest = strongest(rules, bit);
    List<EncodedRule> deciding =
        rules.stream()
            .filter(rule -> speaks(rule, bit) && rule.strength(bit) == strongest)
            .filter(rule -> rule.action() != Qualifiers.Action.PROMPT)
            .toList();
    boolean allowed = !deciding.isEmpty() && !deciding.get(0).isDeny();
    for (boolean owner : new boolean[] {true, false}) {
      if (files && !allowed && bit == AcceptBits.of(AcceptBits.MMAP_EXEC, owner)) {
        int all = of(rules, true).allow;
        if ((all & bit) != 0) {
          return deciding(rules, AcceptBits.of(AcceptBits.EXEC, owner), true);
        }
      }
    }
    return deciding;
  }

  /**
   * Returns the permission to map a program that inherits the profile, or 0 if that is denied or
   * decided by a rule of higher priority. A program must be mapped to run.
   */
  private static int inheritedMmap(List<EncodedRule> rules, int allow, boolean owner) {
    int inherit = AcceptBits.of(AcceptBits.EXEC_INHERIT, owner);
    if ((allow & inherit) != inherit) {
      return 0;
    }
    int exec = AcceptBits.of(AcceptBits.EXEC, owner);
    int mmap = AcceptBits.of(AcceptBits.MMAP_EXEC, owner);
    int execPriority = Integer.MIN_VALUE;
    int mmapPriority = Integer.MIN_VALUE;
    boolean denied = false;
    for (EncodedRule rule : rules) {
      if (speaks(rule, exec)) {
        execPriority = Math.max(execPriority, rule.priority());
      }
      if (speaks(rule, mmap) && rule.priority() >= mmapPriority) {
        denied = rule.isDeny() || (denied && rule.priority() == mmapPriority);
        mmapPriority = rule.priority();
      }
    }
    return mmapPriority <= execPriority && !denied ? mmap : 0;
  }
}
