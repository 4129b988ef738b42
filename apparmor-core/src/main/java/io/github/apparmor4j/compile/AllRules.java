package io.github.apparmor4j.compile;

import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.profile.UsernsRule;
import java.util.List;

/** What {@code all,} stands for. */
final class AllRules {

  // Programs keep the profile, unless another rule says how to execute them.
  private static final int EXEC_PRIORITY = -2;

  private AllRules() {}

  static List<Rule> of(AllRule rule) {
    Qualifiers q = rule.qualifiers();
    String everything = "/{**,}";
    FilePermissions exec = FilePermissions.of(q.isDeny() ? "x" : "ix");
    Qualifiers weak = q.withPriority(EXEC_PRIORITY);
    return List.of(
        new CapabilityRule(q, List.of()),
        new FileRule(q, everything, FilePermissions.of("rwlkm"), null),
        new FileRule(weak, everything, exec, null),
        NetworkRule.all().withQualifiers(q),
        UnixRule.of().withQualifiers(q),
        DbusRule.builder().build().withQualifiers(q),
        IoUringRule.of().withQualifiers(q),
        MqueueRule.of().withQualifiers(q),
        new PtraceRule(q, List.of(), null),
        new SignalRule(q, List.of(), List.of(), null),
        UsernsRule.of().withQualifiers(q),
        new MountRule(q, MountRule.Operation.MOUNT, List.of(), List.of(), null, null),
        new MountRule(q, MountRule.Operation.REMOUNT, List.of(), List.of(), null, null),
        new MountRule(q, MountRule.Operation.UMOUNT, List.of(), List.of(), null, null),
        new PivotRootRule(q, null, null, null));
  }
}
