package io.github.apparmor4j.audit;

import java.util.Optional;

/** The labels in records, under the names that kernels and buses gave them over time. */
final class Subjects {

  private Subjects() {}

  static Optional<String> profile(AuditRecord record) {
    return record
        .text("profile")
        .or(() -> record.text("label"))
        .or(() -> broker(record, isReceiver(record) ? "RECEIVER" : "SENDER"));
  }

  static Optional<String> peer(AuditRecord record) {
    return record
        .text("peer")
        .or(() -> record.text("peer_label"))
        .or(() -> record.text("peer_profile"))
        .or(() -> broker(record, isReceiver(record) ? "SENDER" : "RECEIVER"));
  }

  private static boolean isReceiver(AuditRecord record) {
    return "receive".equals(record.get("DBUS_BROKER_TRANSMIT_ACTION"));
  }

  /** Returns a label that dbus-broker writes, without the mode. */
  private static Optional<String> broker(AuditRecord record, String side) {
    return record
        .text("DBUS_BROKER_" + side + "_SECURITY_LABEL")
        .map(label -> label.endsWith(")") ? label.replaceFirst(" \\(\\w*\\)$", "") : label);
  }
}
