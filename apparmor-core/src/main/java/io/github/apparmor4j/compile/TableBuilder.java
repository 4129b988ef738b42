package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.DfaBuilder;
import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.automaton.TooComplexException;
import io.github.apparmor4j.policy.AcceptWords;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** A table that would be too large; the profile's name is not known here. */
  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final long limit;
    final transient List<ResolvedRule> rules;

    TooLargeException(String message, long limit, List<ResolvedRule> rules) {
      super(message);
      this.limit = limit;
      this.rules = rules;
    }
  }

  /** What makes rules say the same. */
  private record Saying(
      int priority, Qualifiers.Action action, int permissions, int audit, boolean exact) {}

  private static final int EXEC_INHERIT = 0x201;
  private static final int MMAP = 0x40;
  private static final int OTHERS = 14;

  /** Bits that a log can be asked for. */
  private static final int LOGGED = 0x1fc07f;

  /** Enough of a too large automaton to see what it is made of. */
  private static final int SAMPLED_STATES = 20_000;

  private static final int MAX_STATES = 65535;
  private static final int MAX_STATES_WIDE = 1 << 24;

  private final boolean files;
  private final boolean relative;
  private final boolean wide;
  private final PolicyDfa.Form form;
  private final List<List<EncodedRule>> byLabel = new ArrayList<>();
  private final Map<AcceptWords, Integer> words = new LinkedHashMap<>();
  private final List<AcceptWords> byNumber = new ArrayList<>();
  private @Nullable EncodedRule conflictFirst;
  private @Nullable EncodedRule conflictSecond;
  private int conflictState;

  private final PolicyCompiler.Settings settings;

  private TableBuilder(
      EncodedRule.Table table, Mediation mediation, PolicyCompiler.Settings settings) {
    this.settings = settings;
    this.files = table == EncodedRule.Table.FILE;
    this.relative = mediation.hasRelativeRows();
    this.wide = mediation.hasWideTables();
    // Attachments have only one permission, and no form but the old one.
    this.form = table == EncodedRule.Table.ATTACHMENT ? PolicyDfa.Form.WORDS : mediation.form();
    number(AcceptWords.NONE);
  }

  /**
   * Returns the automaton of some rules, or {@code null} if there are none.
   *
   * @throws TooLargeException if it would be too large
   */
  static @Nullable PolicyDfa build(
      EncodedRule.Table table,
      List<EncodedRule> all,
      Mediation mediation,
      PolicyCompiler.Settings settings)
      throws ConflictException {
    List<EncodedRule> rules = all.stream().filter(rule -> rule.table() == table).toList();
    return rules.isEmpty() ? null : new TableBuilder(table, mediation, settings).cached(rules);
  }

  private PolicyDfa cached(List<EncodedRule> rules) throws ConflictException {
    TableCache cache = settings.cache();
    if (cache == null) {
      return build(rules, null, "");
    }
    TableCache.Key key = new TableCache.Key(rules, files, relative, wide, form);
    String hash = TableCache.hash(key);
    PolicyDfa known = cache.get(hash, key);
    return known != null ? known : build(rules, key, hash);
  }

  private PolicyDfa build(List<EncodedRule> rules, TableCache.@Nullable Key key, String hash)
      throws ConflictException {
    Map<Saying, Integer> labels = new LinkedHashMap<>();
    List<Regex.Labelled> expressions = new ArrayList<>();
    for (EncodedRule rule : rules) {
      Saying saying =
          new Saying(
              rule.priority(), rule.action(), rule.permissions(), rule.audit(), rule.exact());
      int label = labels.computeIfAbsent(saying, s -> labels.size());
      if (label == byLabel.size()) {
        byLabel.add(new ArrayList<>());
      }
      byLabel.get(label).add(rule);
      expressions.add(rule.regex().labelled(label));
    }
    Dfa dfa;
    try {
      dfa = DfaBuilder.build(expressions, settings.limits(), this::combine);
    } catch (TooComplexException e) {
      throw tooComplex(String.valueOf(e.getMessage()), e.limit(), rules, expressions);
    }
    if (conflictFirst != null && conflictSecond != null) {
      byte[] witness = dfa.witness(conflictState);
      throw new ConflictException(
          matching(conflictFirst, witness), matching(conflictSecond, witness));
    }
    Dfa minimal = dfa.minimize();
    int most = wide ? MAX_STATES_WIDE : MAX_STATES;
    if (minimal.size() >= most) {
      String what =
          minimal.size() + " states are more than the " + most + " of the kernel's tables";
      throw tooComplex(what, most, rules, expressions);
    }
    AcceptWords[] ofState = new AcceptWords[minimal.size()];
    for (int state = 0; state < ofState.length; state++) {
      ofState[state] = byNumber.get(minimal.label(state));
    }
    PackedDfa tables = PackedDfa.pack(minimal, relative);
    PolicyDfa result = PolicyDfa.of(tables, ofState, form, files);
    TableCache cache = settings.cache();
    if (key != null && cache != null) {
      cache.put(hash, tables, ofState, result);
    }
    return result;
  }

  private TooLargeException tooComplex(
      String what, long limit, List<EncodedRule> rules, List<Regex.Labelled> expressions) {
    Set<ResolvedRule> worst = new LinkedHashSet<>();
    for (int index : DfaBuilder.multiplying(expressions, SAMPLED_STATES)) {
      ResolvedRule origin = rules.get(index).origin();
      if (origin != null) {
        worst.add(origin);
      }
    }
    return new TooLargeException(what, limit, List.copyOf(worst));
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

  private int number(AcceptWords word) {
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
    int prompt = 0;
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
        if (rule.isDeny()) {
          quiet |= rule.audit() & bit;
          continue;
        }
        if (rule.action() == Qualifiers.Action.PROMPT) {
          prompt |= rule.permissions() & (bit | type);
          audit |= rule.audit() & (bit | type);
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
    if (form == PolicyDfa.Form.WORDS) {
      // Words can't say these; what isn't allowed is refused without asking.
      allow &= ~AcceptWords.CONTINUES;
      prompt = 0;
    }
    return number(new AcceptWords(allow, prompt, audit & LOGGED, quiet & LOGGED));
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
        denied = rule.isDeny() || (denied && rule.priority() == mmapPriority);
        mmapPriority = rule.priority();
      }
    }
    return mmapPriority <= execPriority && !denied ? mmap : 0;
  }
}
