package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;

/** Records of Unix sockets, as questions. */
final class UnixEvents {

  private static final String NONE = "none";

  private UnixEvents() {}

  static List<Access> accesses(AuditEvent.Unix event) {
    AuditRecord record = event.record();
    SocketType type = NetworkEvents.type(record).orElse(null);
    String address = record.text("addr").orElse(NONE);
    String peerAddress = record.text("peer_addr").orElse(NONE);
    String peer = Subjects.peer(record).orElse(null);
    boolean fine = record.has("addr") || record.has("peer_addr") || peer != null;
    if (type == null) {
      return List.of();
    } else if (!fine) {
      return NetworkEvents.coarse(record, Access.Side.NONE, Access.Side.NONE);
    }
    return Masks.questions(
        NetworkEvents.permissions(record),
        permission ->
            new Access.Unix(
                permission,
                type,
                address,
                permission.hasPeer() ? peerAddress : NONE,
                permission.hasPeer() ? peer : null));
  }
}
