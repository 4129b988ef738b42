package io.github.apparmor4j.compile;

import io.github.apparmor4j.profile.RlimitRule;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.Map;
import java.util.TreeMap;

/** Encoder of resource limits, which are fields of the profile. */
final class RlimitEncoder {

  private RlimitEncoder() {}

  /**
   * Returns a profile's limits by Linux's number of the resource; of several, the last one holds.
   */
  static Map<Integer, Long> of(ResolvedProfile profile) {
    Map<Integer, Long> limits = new TreeMap<>();
    for (ResolvedRule resolved : profile.rules()) {
      if (resolved.rule() instanceof RlimitRule rule) {
        limits.put(rule.resource().number(), rule.kernelValue());
      }
    }
    return limits;
  }
}
