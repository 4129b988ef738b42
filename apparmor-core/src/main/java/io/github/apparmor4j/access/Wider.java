package io.github.apparmor4j.access;

import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.policy.Evaluator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a label of one set of profiles may do more than a label of another. */
final class Wider {

  private final PolicySet before;
  private final PolicySet after;

  private final Map<List<String>, Boolean> known = new HashMap<>();

  Wider(PolicySet before, PolicySet after) {
    this.before = before;
    this.after = after;
  }

  PolicySet before() {
    return before;
  }

  PolicySet after() {
    return after;
  }

  /**
   * Returns whether a label of the new set may do something that one of the old set may not. What
   * programs that it executes may do is not followed.
   */
  boolean is(String was, String now) {
    Optional<CompiledProfile> old = before.profile(was);
    Optional<CompiledProfile> fresh = after.profile(now);
    if (fresh.isEmpty()) {
      return old.isPresent(); // unconfined, or not known
    }
    return old.isPresent()
        && known.computeIfAbsent(List.of(was, now), pair -> is(old.get(), fresh.get()));
  }

  private boolean is(CompiledProfile was, CompiledProfile now) {
    Evaluator left = PolicySet.evaluator(was);
    Evaluator right = PolicySet.evaluator(now);
    return Domains.ALL.stream()
        .filter(domain -> domain.isAsked(right))
        .anyMatch(
            domain ->
                !new Tables(left, domain)
                    .wider(new Tables(right, domain), after.limits())
                    .isEmpty());
  }
}
