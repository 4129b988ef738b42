package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.profile.UsernsRule;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rules that do nothing: the kernel, or the ABI that the policy says it was written for, doesn't
 * know their kind.
 */
final class UnenforcedRuleCheck implements ProfileCheck {

  @Override
  public void check(Resolution resolution, Features kernel, Consumer<Diagnostic> to) {
    Features abi = resolution.abi() == null ? kernel : resolution.abi();
    for (ResolvedProfile profile : resolution.allProfiles()) {
      if (!profile.profile().xattrs().isEmpty()) {
        to.accept(
            Diagnostic.warning(
                "AA-CHECK-0005",
                profile.place(),
                "attaches whatever the extended attributes are: xattrs aren't compiled so far"));
      }
      for (ResolvedRule rule : profile.rules()) {
        String needed = needed(rule.rule());
        if (needed != null && !(kernel.has(needed) && abi.has(needed))) {
          to.accept(
              Diagnostic.warning(
                  "AA-CHECK-0001",
                  rule.place(),
                  "not enforced, everything of its kind is allowed: the "
                      + (kernel.has(needed) ? "policy's abi" : "kernel")
                      + " has no feature '"
                      + needed
                      + "'"));
        }
      }
    }
  }

  private static @Nullable String needed(Rule rule) {
    if (rule instanceof NetworkRule) {
      return "network_v8";
    }
    if (rule instanceof SignalRule) {
      return "signal";
    }
    if (rule instanceof PtraceRule) {
      return "ptrace";
    }
    if (rule instanceof UnixRule) {
      return "network_v8";
    }
    if (rule instanceof DbusRule) {
      return "dbus";
    }
    if (rule instanceof UsernsRule) {
      return "namespaces/mask/userns_create";
    }
    if (rule instanceof IoUringRule) {
      return "io_uring";
    }
    if (rule instanceof MqueueRule mqueue) {
      return mqueue.effectiveType() == MqueueRule.Type.SYSV
          ? "ipc/sysv_mqueue"
          : "ipc/posix_mqueue";
    }
    return rule instanceof MountRule || rule instanceof PivotRootRule ? "mount" : null;
  }
}
