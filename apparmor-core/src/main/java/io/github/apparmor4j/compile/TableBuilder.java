package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.DfaBuilder;
import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.automaton.StateExplosions;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.vocabulary.AcceptWords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builder of one minimal automaton from encoded rules. Rules that say the same share a label. Where
 * a string matches rules of several labels, {@link Arbitration} decides about each permission
 * (docs/binary-policy.md).
 */
final class TableBuilder {

  /** Thrown if two rules execute the same file in different ways. */
  static final class ConflictException extends Exception {
    private static final long serialVersionUID = 1L;
    final transient EncodedRule first;
    final transient EncodedRule second;

    ConflictException(EncodedRule first, EncodedRule second) {
      this.first = first;
      this.second = second;
    }
  }

  /** Thrown if a table would be too large. The profile's name is not known here. */
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

  /** What a rule says; rules that are equal in this share a label. */
  private record Saying(
      int priority, Qualifiers.Action action, int permissions, int audit, boolean exact) {}

  /** Enough states of an automaton to see why it is too large. */
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
  private Arbitration.@Nullable Conflict conflict;
  private int conflictState;

  private final PolicyCompiler.Settings settings;

  private TableBuilder(
      EncodedRule.Table table, Mediation mediation, PolicyCompiler.Settings settings) {
    this.settings = settings;
    this.files = table == EncodedRule.Table.FILE;
    this.relative = mediation.hasRelativeRows();
    this.wide = mediation.hasWideTables();
    // Attachments have only one permission, and only the old form.
    this.form = table == EncodedRule.Table.ATTACHMENT ? PolicyDfa.Form.WORDS : mediation.form();
    number(AcceptWords.NONE);
  }

  /**
   * Returns the automaton of the rules for a table, or {@code null} if there are none.
   *
   * @throws TooLargeException if the automaton would be too large
   * @throws ConflictException if two rules execute the same file in different ways
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
    TableKey key = new TableKey(rules, files, relative, wide, form);
    String hash = key.hash();
    PolicyDfa known = cache.get(hash, key);
    return known != null ? known : build(rules, key, hash);
  }

  private PolicyDfa build(List<EncodedRule> rules, @Nullable TableKey key, String hash)
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
    if (conflict != null) {
      byte[] witness = dfa.witness(conflictState);
      throw new ConflictException(
          matching(conflict.first(), witness), matching(conflict.second(), witness));
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
    for (int index : StateExplosions.multiplying(expressions, SAMPLED_STATES)) {
      ResolvedRule origin = rules.get(index).origin();
      if (origin != null) {
        worst.add(origin);
      }
    }
    return new TooLargeException(what, limit, List.copyOf(worst));
  }

  /** Returns a rule that matches a string, among those that say the same as another. */
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
    List<EncodedRule> rules = new ArrayList<>(labels.length);
    for (int label : labels) {
      rules.add(byLabel.get(label).get(0));
    }
    Arbitration decided = Arbitration.of(rules, files);
    if (decided.conflict() != null) {
      conflict = decided.conflict();
      conflictState = state;
    }
    return number(form == PolicyDfa.Form.WORDS ? decided.words().forWords() : decided.words());
  }
}
