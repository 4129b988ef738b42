package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.DbusPermission;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records of message buses, as questions: those of dbus-daemon, and of dbus-broker. */
final class DbusEvents {

  private static final String BROKER = "DBUS_BROKER_";

  private DbusEvents() {}

  static List<Access> accesses(AuditEvent.Dbus event) {
    AuditRecord record = event.record();
    List<DbusPermission> permissions = Masks.words(record, DbusPermission::named);
    Optional<String> action = record.text(BROKER + "TRANSMIT_ACTION");
    return Masks.questions(
        action.flatMap(DbusPermission::named).map(List::of).orElse(permissions),
        permission -> access(record, permission));
  }

  private static Access access(AuditRecord record, DbusPermission permission) {
    boolean message = permission == DbusPermission.SEND || permission == DbusPermission.RECEIVE;
    boolean named = message || permission == DbusPermission.BIND;
    return new Access.Dbus(
        permission,
        record.text("bus").orElse(""),
        named ? value(record, "name", "MESSAGE_DESTINATION") : null,
        message ? Subjects.peer(record).orElse(null) : null,
        message ? value(record, "path", "MESSAGE_PATH") : null,
        message ? value(record, "interface", "MESSAGE_INTERFACE") : null,
        message ? value(record, "member", "MESSAGE_MEMBER") : null);
  }

  private static @Nullable String value(AuditRecord record, String key, String ofBroker) {
    return record.text(key).or(() -> record.text(BROKER + ofBroker)).orElse(null);
  }
}
