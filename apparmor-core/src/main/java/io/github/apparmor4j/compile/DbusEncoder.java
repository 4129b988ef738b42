package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.List;

/**
 * Encoder of D-Bus rules: the class and the bus; then for {@code bind} the name to own, or for
 * messages the name and the label of the other side, the path, the interface and the member. A NUL
 * separates the fields.
 */
final class DbusEncoder {

  private static final int MESSAGE = DbusPermission.SEND.bit() | DbusPermission.RECEIVE.bit();

  private DbusEncoder() {}

  static void encode(DbusRule rule, RuleOutput out) {
    if (!out.enforces("dbus")) {
      return;
    }
    int permissions = Permission.bits(rule.effectivePermissions());
    Regex bus = Regex.sequence(Regex.of(PolicyClass.DBUS), RuleOutput.name(rule.bus()));
    if ((permissions & DbusPermission.BIND.bit()) != 0) {
      policy(rule, out, DbusPermission.BIND.bit(), bus, RuleOutput.name(rule.name()));
    }
    if ((permissions & MESSAGE) != 0) {
      policy(
          rule,
          out,
          permissions & MESSAGE,
          bus,
          RuleOutput.name(rule.peerName()),
          rule.peerLabel() == null ? RuleOutput.ANY : RuleOutput.label(rule.peerLabel()),
          out.path(rule.path()),
          RuleOutput.name(rule.interfaceName()),
          RuleOutput.name(rule.member()));
    }
    if ((permissions & DbusPermission.EAVESDROP.bit()) != 0) {
      policy(rule, out, DbusPermission.EAVESDROP.bit(), bus);
    }
  }

  private static void policy(DbusRule rule, RuleOutput out, int permissions, Regex... fields) {
    List<Regex> parts = new ArrayList<>();
    for (Regex field : fields) {
      if (!parts.isEmpty()) {
        parts.add(RuleOutput.NUL);
      }
      parts.add(field);
    }
    out.policy(rule.qualifiers(), new Regex.Sequence(parts), permissions);
  }
}
