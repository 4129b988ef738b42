package io.github.apparmor4j.access;

import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.List;

/**
 * What the kernel does about an access.
 *
 * @param allowed whether it succeeds
 * @param logged whether it leaves a record
 * @param rules that decided it: of an allowed one those that allow, of a refused one those that
 *     deny; empty if none spoke, and always if the decision was made from binary policy alone
 */
public record Decision(boolean allowed, boolean logged, List<ResolvedRule> rules) {

  /** Copies the list. */
  public Decision {
    rules = List.copyOf(rules);
  }
}
