package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.List;

/** Reads {@code ptrace} rules. */
final class PtraceParser {

  private PtraceParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<PtracePermission> permissions =
        in.permissionList(PtracePermission::named, PtracePermission.values());
    RuleScanner.Conditions conditions = in.conditions("ptrace", List.of("peer"), List.of());
    return in.built(() -> new PtraceRule(qualifiers, permissions, conditions.text("peer")));
  }
}
