package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.List;

/** Reads {@code io_uring} rules. */
final class IoUringParser {

  private IoUringParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<IoUringPermission> permissions =
        in.permissionList(IoUringPermission::named, IoUringPermission.values(), ",");
    RuleScanner.Conditions conditions = in.conditions("io_uring", List.of("label"), List.of());
    return in.built(() -> new IoUringRule(qualifiers, permissions, conditions.text("label")));
  }
}
