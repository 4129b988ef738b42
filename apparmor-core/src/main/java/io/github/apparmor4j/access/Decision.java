package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel does about an access.
 *
 * @param allowed whether it succeeds; of a question about files of either ownership, whether it
 *     does for both
 * @param logged whether it leaves a record
 * @param rules that decided it, as they hold: of an allowed one those that allow, of a refused one
 *     those that deny; empty if none spoke, and always if the decision was made from binary policy
 *     alone
 * @param onlyFor whose files alone the access succeeds with, {@code OWNER} or {@code OTHER}; {@code
 *     null} if it doesn't depend on that, or wasn't asked
 * @param execution what an executed program runs as; {@code null} for other questions and refusals
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
   * @param label of its profile; {@code unconfined} if nothing confines it
   * @param keepsProfile whether that is the profile which executed it
   * @param cleanEnvironment whether the kernel has the environment cleaned (secure execution)
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

  /** Makes a decision that depends on nobody's ownership and executes nothing. */
  public Decision(boolean allowed, boolean logged, List<ResolvedRule> rules) {
    this(allowed, logged, rules, null, null);
  }
}
