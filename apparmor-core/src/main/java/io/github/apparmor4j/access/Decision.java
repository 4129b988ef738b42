package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an {@link Access}: what the kernel does about it. {@link Decider} makes decisions.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * Decision decision = Decider.decide(compilation, "web", Access.exec("/usr/bin/passwd"));
 * if (decision.execution() != null) {
 *   System.out.println("runs as " + decision.execution().label());
 * }
 * }</pre>
 *
 * @param allowed whether the access succeeds; for a question about both ownerships, whether it
 *     succeeds for both
 * @param logged whether the access leaves a record in the log
 * @param rules the rules that decided: for an allowed access the allowing ones, for a refused
 *     access the denying ones. Empty if no rule was about it, and always if the decision was made
 *     from binary policy alone
 * @param onlyFor {@code OWNER} or {@code OTHER} if the access succeeds only for files of that
 *     ownership; {@code null} if the ownership makes no difference or wasn't in question
 * @param execution what an executed program runs as; {@code null} for other questions, for
 *     refusals, and if it depends on the ownership
 */
public record Decision(
    boolean allowed,
    boolean logged,
    List<ResolvedRule> rules,
    @Nullable Ownership onlyFor,
    @Nullable Execution execution) {

  /**
   * What a program runs as.
   *
   * @param label label of the program's profile; {@code unconfined} if nothing confines it
   * @param keepsProfile whether that is the profile of the task that executed it
   * @param cleanEnvironment whether the kernel asks for a cleaned environment (secure execution)
   */
  public record Execution(String label, boolean keepsProfile, boolean cleanEnvironment) {

    static Execution keeps(String label) {
      return new Execution(label, true, false);
    }

    static Execution changes(String label, boolean cleaned) {
      return new Execution(label, false, cleaned);
    }

    static Execution unconfined(boolean cleaned) {
      return new Execution("unconfined", false, cleaned);
    }
  }

  /** Copies the list. */
  public Decision {
    rules = List.copyOf(rules);
  }

  /** Creates a decision that doesn't depend on ownership and executes nothing. */
  public Decision(boolean allowed, boolean logged, List<ResolvedRule> rules) {
    this(allowed, logged, rules, null, null);
  }
}
