package io.github.apparmor4j.audit;

import io.github.apparmor4j.audit.AuditEvent.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event in the form in which libapparmor's tests write what its parser made of a line: a label
 * and a value a line, in a fixed order, only those that are set.
 */
final class ReferenceRecord {

  /** Labels, and the keys that they are the last of. */
  private static final List<Map.Entry<String, String>> TEXTS =
      List.of(
          Map.entry("Operation", "operation"),
          Map.entry("Mask", "requested_mask requested"),
          Map.entry("Denied Mask", "denied_mask denied mask"),
          Map.entry("fsuid", "fsuid"),
          Map.entry("ouid", "ouid"),
          Map.entry("Profile", "profile label"),
          Map.entry("Peer profile", "peer_profile peer_label tcontext"),
          Map.entry("Peer", "peer"),
          Map.entry("Name", "name capname"),
          Map.entry("Command", "comm exe"),
          Map.entry("Name2", "name2 target"),
          Map.entry("Namespace", "namespace"),
          Map.entry("Attribute", "attribute"),
          Map.entry("Task", "task"),
          Map.entry("Parent", "parent"),
          Map.entry("Token", "magic_token"),
          Map.entry("Info", "info"),
          Map.entry("Peer info", "peer_info"),
          Map.entry("ErrorCode", "error"),
          Map.entry("PID", "pid"),
          Map.entry("Peer PID", "peer_pid"),
          Map.entry("Net Addr", "addr"),
          Map.entry("Peer Addr", "peer_addr"),
          Map.entry("Network family", "family"),
          Map.entry("Socket type", "sock_type"),
          Map.entry("Protocol", "protocol"),
          Map.entry("Local addr", "laddr saddr"),
          Map.entry("Foreign addr", "faddr daddr"),
          Map.entry("Local port", "lport src"),
          Map.entry("Foreign port", "fport dest"),
          Map.entry("DBus bus", "bus"),
          Map.entry("DBus path", "path"),
          Map.entry("DBus interface", "interface"),
          Map.entry("DBus member", "member method"),
          Map.entry("Signal", "signal"),
          Map.entry("FS Type", "fstype"),
          Map.entry("Flags", "flags"),
          Map.entry("Src name", "srcname"),
          Map.entry("Execpath", "execpath"),
          Map.entry("Class", "class"));

  private static final List<String> NOT_PRINTED_WHEN_ZERO =
      List.of(
          "Task", "Parent", "Token", "PID", "Peer PID", "Local port", "Foreign port", "ErrorCode");

  private static final Map<String, String> PROTOCOLS =
      Map.of("0", "ip", "1", "icmp", "6", "tcp", "17", "udp", "58", "icmpv6");

  private ReferenceRecord() {}

  /** Returns the lines, sorted by nothing: in the reference's order. */
  static List<String> of(Optional<AuditEvent> event) {
    List<String> lines = new ArrayList<>();
    boolean invalid =
        event.isEmpty()
            || event.get().verdict() == Verdict.NONE
            || event.get().verdict() == Verdict.UNKNOWN
            || isProse(event.get())
            // The reference doesn't take grep's output.
            || event.get().record().text().startsWith("audit.log:");
    lines.add("Event type: AA_RECORD_" + (invalid ? "INVALID" : event.get().verdict().name()));
    if (event.isEmpty() || (invalid && !isProse(event.get()))) {
      return lines;
    }
    AuditRecord record = event.get().record();
    record.id().ifPresent(id -> lines.add("Audit ID: " + id));
    for (Map.Entry<String, String> label : TEXTS) {
      boolean shown =
          !isProse(event.get()) || List.of("Operation", "Info").contains(label.getKey());
      String value = shown ? value(record, label.getKey(), label.getValue()) : null;
      if (value != null) {
        lines.add(label.getKey() + ": " + value);
      }
    }
    record.id().ifPresent(id -> lines.add("Epoch: " + id.seconds()));
    record.id().ifPresent(id -> lines.add("Audit subid: " + id.serial()));
    return lines;
  }

  private static boolean isProse(AuditEvent event) {
    return event.record().type().equals("APPARMOR");
  }

  private static @Nullable String value(AuditRecord record, String label, String keys) {
    String last = null;
    int at = -1;
    List<AuditRecord.Field> fields = record.fields();
    for (String key : keys.split(" ", -1)) {
      String value = record.text(key).orElse(null);
      for (int i = 0; i < fields.size(); i++) {
        if (value != null && fields.get(i).key().equals(key) && i > at) {
          at = i;
          last = value;
        }
      }
    }
    if (last == null || (label.endsWith("ddr") && last.equals("none"))) {
      return null;
    } else if (NOT_PRINTED_WHEN_ZERO.contains(label)) {
      if (!last.matches("-?[0-9]+") || Long.parseLong(last) == 0) {
        return null;
      }
      return String.valueOf(Math.abs(Long.parseLong(last)));
    } else if (label.equals("Protocol") && last.matches("[0-9]+")) {
      return PROTOCOLS.getOrDefault(last, "unknown(" + last + ")").toLowerCase(Locale.ROOT);
    }
    return last;
  }
}
