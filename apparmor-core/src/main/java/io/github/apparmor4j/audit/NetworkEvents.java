package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records of sockets, as questions. */
final class NetworkEvents {

  /** What operations do, for kernels that write no mask. */
  private static final Map<String, NetworkPermission> OPERATIONS =
      Map.ofEntries(
          Map.entry("create", NetworkPermission.CREATE),
          Map.entry("post_create", NetworkPermission.CREATE),
          Map.entry("bind", NetworkPermission.BIND),
          Map.entry("connect", NetworkPermission.CONNECT),
          Map.entry("listen", NetworkPermission.LISTEN),
          Map.entry("accept", NetworkPermission.ACCEPT),
          Map.entry("sendmsg", NetworkPermission.SEND),
          Map.entry("recvmsg", NetworkPermission.RECEIVE),
          Map.entry("getsockname", NetworkPermission.GETATTR),
          Map.entry("getpeername", NetworkPermission.GETATTR),
          Map.entry("getsockopt", NetworkPermission.GETOPT),
          Map.entry("setsockopt", NetworkPermission.SETOPT),
          Map.entry("shutdown", NetworkPermission.SHUTDOWN));

  private NetworkEvents() {}

  static List<Access> accesses(AuditEvent.Network event) {
    AuditRecord record = event.record();
    Access.Side local = side(record, "laddr", "saddr", "lport", "src");
    Access.Side peer = side(record, "faddr", "daddr", "fport", "dest");
    return coarse(record, local, peer);
  }

  /** Returns the questions about family and type and, for internet sockets, the addresses. */
  static List<Access> coarse(AuditRecord record, Access.Side local, Access.Side peer) {
    NetworkFamily family = record.text("family").flatMap(NetworkFamily::named).orElse(null);
    SocketType type = type(record).orElse(null);
    if (family == null || type == null) {
      return List.of();
    }
    long protocol = record.number("protocol").orElse(0);
    boolean internet = family == NetworkFamily.INET || family == NetworkFamily.INET6;
    return Masks.questions(
        permissions(record),
        permission ->
            new Access.Network(
                family,
                type,
                protocol > 0 && protocol <= 0xFFFF ? (int) protocol : 0,
                permission,
                internet ? local : Access.Side.NONE,
                internet && permission.hasPeer() ? peer : Access.Side.NONE,
                null));
  }

  static Optional<SocketType> type(AuditRecord record) {
    return record.text("sock_type").flatMap(SocketType::named);
  }

  static List<NetworkPermission> permissions(AuditRecord record) {
    List<NetworkPermission> named = Masks.words(record, NetworkPermission::named);
    if (!named.isEmpty()) {
      return named;
    }
    String operation = record.text("operation").orElse("").replaceFirst("^sock(et)?_", "");
    NetworkPermission done = OPERATIONS.get(operation);
    return done == null ? List.of() : List.of(done);
  }

  private static Access.Side side(
      AuditRecord record, String address, String newer, String port, String newerPort) {
    String ip = record.text(newer).or(() -> record.text(address)).orElse(null);
    long number = record.number(newerPort).orElse(record.number(port).orElse(0));
    int valid = number > 0 && number <= 0xFFFF ? (int) number : 0;
    try {
      return new Access.Side(ip, valid, null);
    } catch (IllegalArgumentException e) {
      return new Access.Side(null, valid, null); // no address that anybody could ask about
    }
  }
}
