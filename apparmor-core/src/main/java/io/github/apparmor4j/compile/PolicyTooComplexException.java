package io.github.apparmor4j.compile;

import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.List;
import java.util.stream.Collectors;

/** A profile's automaton would be larger than the limit, or than the kernel's tables. */
public final class PolicyTooComplexException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The code of a diagnostic for it, where one is wanted. */
  public static final String CODE = "AA-COMPILE-0005";

  private static final int SHOWN = 10;

  private final long limit;
  private final transient List<ResolvedRule> rules;

  /**
   * Takes what is wrong.
   *
   * @param profile its name
   * @param what the limit that was met
   * @param rules those that make states multiply, the worst first
   */
  PolicyTooComplexException(String profile, String what, long limit, List<ResolvedRule> rules) {
    super("profile " + profile + ": " + what + "; " + describe(rules));
    this.limit = limit;
    this.rules = List.copyOf(rules);
  }

  private static String describe(List<ResolvedRule> rules) {
    String some =
        rules.stream()
            .limit(SHOWN)
            .map(rule -> "'" + rule.rule() + "' (line " + rule.place().line() + ")")
            .collect(Collectors.joining(", "));
    String more = rules.size() > SHOWN ? " and " + (rules.size() - SHOWN) + " more" : "";
    return "what multiplies: " + some + more;
  }

  /** Returns the number that was passed. */
  public long limit() {
    return limit;
  }

  /**
   * Returns the rules that make states multiply, the worst first; empty after serialization. They
   * match strings that begin alike and differ later, as {@code /**} before different names does:
   * the automaton must remember for each of them how far it is.
   */
  public List<ResolvedRule> rules() {
    return rules == null ? List.of() : rules;
  }
}
