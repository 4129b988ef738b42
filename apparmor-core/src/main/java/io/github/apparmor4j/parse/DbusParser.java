package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.List;

/** Reads {@code dbus} rules. */
final class DbusParser {

  private DbusParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<DbusPermission> permissions =
        in.permissionList(DbusPermission::named, DbusPermission.values());
    RuleScanner.Conditions conditions =
        in.conditions(
            "dbus",
            List.of("bus", "path", "interface", "member", "name"),
            List.of("name", "label"));
    return in.built(
        () ->
            new DbusRule(
                qualifiers,
                permissions,
                conditions.text("bus"),
                conditions.text("path"),
                conditions.text("interface"),
                conditions.text("member"),
                conditions.text("name"),
                conditions.text("peer.name"),
                conditions.text("peer.label")));
  }
}
