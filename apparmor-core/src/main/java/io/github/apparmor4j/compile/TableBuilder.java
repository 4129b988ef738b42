package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.DfaBuilder;
import io.github.apparmor4j.automaton.DfaLimits;
import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.policy.PolicyDfa;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encoded rules to one minimal automaton. Rules that say the same share a label; where strings of
 * several labels meet, {@link #combine} decides what is left of each permission
 * (docs/binary-policy.md).
 */
final class TableBuilder {

  /** Rules that execute the same file in different ways. */
  static final class ConflictException extends Exception {
    private static final long serialVersionUID = 1L;
    final transient EncodedRule first;
    final transient EncodedRule second;

    ConflictException(EncodedRule first, EncodedRule second) {
      this.first = first;
      this.second = second;
    }
  }

  /** What makes rules say the same. */
  private record Saying(int priority, boolean deny, int permissions, int audit, boolean exact) {}

  /** The two words of a state. */
  private record Words(int accept, int accept2) {}

  private static final int EXEC_INHERIT = 0x201;
  private static final int MMAP = 0x40;
  private static final int OTHERS = 14;
  private static final int MAX_STATES = 65535;
  private static final int LOGGED = 0x1fc07f;

  private final boolean files;
  private final List<List<EncodedRule>> byLabel = new ArrayList<>();
  private final Map<Words, Integer> words = new LinkedHashMap<>();
  private final List<Words> byNumber = new ArrayList<>();
  private @Nullable EncodedRule conflictFirst;
  private @Nullable EncodedRule conflictSecond;
  private int conflictState;

  private TableBuilder(boolean files) {
    this.files = files;
    number(new Words(0, 0));
  }

  /** Returns the automaton of some rules, or {@code null} if there are none. */
  static @Nullable PolicyDfa build(EncodedRule.Table table, List<EncodedRule> all)
      throws ConflictException {
    List<EncodedRule> rules = all.stream().filter(rule -> rule.table() == table).toList();
    return rules.isEmpty() ? null : new TableBuilder(table == EncodedRule.Table.FILE).build(rules);
  }

  private PolicyDfa build(List<EncodedRule> rules) throws ConflictException {
    Map<Saying, Integer> labels = new LinkedHashMap<>();
    List<Regex.Labelled> expressions = new ArrayList<>();
    for (EncodedRule rule : rules) {
      Saying saying =
          new Saying(rule.priority(), rule.deny(), rule.permissions(), rule.audit(), rule.exact());
      int label = labels.computeIfAbsent(saying, s -> labels.size());
      if (label == byLabel.size()) {
        byLabel.add(new ArrayList<>());
      }
      byLabel.get(label).add(rule);
      expressions.add(rule.regex().labelled(label));
    }
    Dfa dfa = DfaBuilder.build(expressions, DfaLimits.DEFAULT, this::combine);
    if (conflictFirst != null && conflictSecond != null) {
      byte[] witness = dfa.witness(conflictState);
      throw new ConflictException(
          matching(conflictFirst, witness), matching(conflictSecond, witness));
    }
    Dfa minimal = dfa.minimize();
    if (minimal.size() >= MAX_STATES) {
      throw new PolicyTooComplexException(
          minimal.size() + " states are more than a kernel's 16-bit tables hold", MAX_STATES);
    }
    int[] accept = new int[minimal.size()];
    int[] accept2 = new int[minimal.size()];
    for (int state = 0; state < accept.length; state++) {
      Words word = byNumber.get(minimal.label(state));
      accept[state] = word.accept();
      accept2[state] = word.accept2();
    }
    return new PolicyDfa(PackedDfa.pack(minimal), accept, accept2);
  }

  /** Returns the rule among those that say the same as another which matches a string. */
  private EncodedRule matching(EncodedRule like, byte @Nullable [] string) {
    for (List<EncodedRule> group : byLabel) {
      if (group.contains(like) && string != null) {
        for (EncodedRule rule : group) {
          if (rule.regex().matches(string)) {
            return rule;
          }
        }
      }
    }
    return like;
  }

  private int number(Words word) {
    return words.computeIfAbsent(
        word,
        w -> {
          byNumber.add(w);
          return byNumber.size() - 1;
        });
  }

  private int combine(int[] labels, int state) {
    int allow = 0;
    int audit = 0;
    int quiet = 0;
    for (int i = 0; i < 32; i++) {
      int bit = 1 << i;
      int type = files ? EncodedRule.typeOf(bit) : 0;
      if (files && isTypeBit(bit)) {
        continue; // goes with its exec bit
      }
      int strongest = Integer.MIN_VALUE;
      for (int label : labels) {
        EncodedRule rule = byLabel.get(label).get(0);
        if ((rule.permissions() & bit) != 0) {
          strongest = Math.max(strongest, rule.strength(bit));
        }
      }
      EncodedRule decided = null;
      for (int label : labels) {
        EncodedRule rule = byLabel.get(label).get(0);
        if ((rule.permissions() & bit) == 0 || rule.strength(bit) != strongest) {
          continue;
        }
        if (rule.deny()) {
          quiet |= rule.audit() & bit;
          continue;
        }
        if (type != 0
            && decided != null
            && ((decided.permissions() ^ rule.permissions()) & type) != 0) {
          conflictFirst = decided;
          conflictSecond = rule;
          conflictState = state;
        }
        decided = rule;
        allow |= rule.permissions() & (bit | type);
        audit |= rule.audit() & (bit | type);
      }
    }
    if (files) {
      allow |= inheritedMmap(labels, allow, 0) | inheritedMmap(labels, allow, OTHERS);
    }
    return number(new Words(allow, (audit & LOGGED) | (quiet & LOGGED) << 7));
  }

  private static boolean isTypeBit(int bit) {
    return ((EncodedRule.typeOf(1) | EncodedRule.typeOf(1 << OTHERS)) & bit) != 0;
  }

  /**
   * A program that keeps its profile must be mapped to run, unless that is denied or ruled by a
   * higher priority.
   */
  private int inheritedMmap(int[] labels, int allow, int shift) {
    int exec = 1 << shift;
    int mmap = MMAP << shift;
    if ((allow & EXEC_INHERIT << shift) != EXEC_INHERIT << shift) {
      return 0;
    }
    int execPriority = Integer.MIN_VALUE;
    int mmapPriority = Integer.MIN_VALUE;
    boolean denied = false;
    for (int label : labels) {
      EncodedRule rule = byLabel.get(label).get(0);
      if ((rule.permissions() & exec) != 0) {
        execPriority = Math.max(execPriority, rule.priority());
      }
      if ((rule.permissions() & mmap) != 0 && rule.priority() >= mmapPriority) {
        denied = rule.deny() || (denied && rule.priority() == mmapPriority);
        mmapPriority = rule.priority();
      }
    }
    return mmapPriority <= execPriority && !denied ? mmap : 0;
  }
}
