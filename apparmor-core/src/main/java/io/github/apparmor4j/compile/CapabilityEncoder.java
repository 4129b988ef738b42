package io.github.apparmor4j.compile;

import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.List;

/** Encoder of a profile's capabilities as the kernel takes them, one bit for each. */
final class CapabilityEncoder {

  private static final String MASK = "caps/mask/";

  private CapabilityEncoder() {}

  static KernelProfile.Capabilities of(ResolvedProfile profile, Mediation mediation) {
    long allow = 0;
    long audit = 0;
    long deny = 0;
    long quiet = 0;
    for (ResolvedRule resolved : profile.rules()) {
      Rule rule = resolved.rule();
      boolean isAbout = rule instanceof CapabilityRule || rule instanceof AllRule;
      if (isAbout && rule.qualifiers().action() != Qualifiers.Action.PROMPT) {
        List<Capability> named =
            rule instanceof CapabilityRule some ? some.capabilities() : List.of();
        long set = named.isEmpty() ? -1L : 0;
        for (Capability capability : named) {
          set |= 1L << known(capability, mediation).number();
        }
        if (rule.qualifiers().isDeny()) {
          deny |= set;
          quiet |= rule.qualifiers().audit() ? 0 : set;
        } else {
          allow |= set;
          audit |= rule.qualifiers().audit() ? set : 0;
        }
      }
    }
    return new KernelProfile.Capabilities(allow & ~deny, audit & ~deny, deny & quiet);
  }

  /** Warns about capabilities that the kernel doesn't know. */
  static void encode(CapabilityRule rule, RuleOutput out) {
    for (Capability capability : rule.capabilities()) {
      if (known(capability, out.mediation) != capability) {
        out.downgraded(capability + " becomes " + Capability.SYS_ADMIN, MASK + capability);
      }
    }
  }

  /** Returns the capability, or the one that a kernel without it checks instead. */
  private static Capability known(Capability capability, Mediation mediation) {
    return switch (capability) {
      case PERFMON, BPF, CHECKPOINT_RESTORE ->
          mediation.kernelHas(MASK + capability) ? capability : Capability.SYS_ADMIN;
      default -> capability;
    };
  }
}
