package io.github.apparmor4j.audit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One record in every form of log, and logs of lines. */
final class AuditLines {

  static final String ID = "1795395400.720:14";

  static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  private AuditLines() {}

  static List<AuditEvent> read(byte[] log) {
    try (Stream<AuditEvent> events =
        AuditLog.of("log", new ByteArrayInputStream(log)).withDates(ZoneOffset.UTC, NOW).events()) {
      return events.toList();
    }
  }

  static List<AuditEvent> read(String... lines) {
    return read((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static AuditEvent one(String line) {
    List<AuditEvent> events = read(line);
    if (events.size() != 1) {
      throw new AssertionError(line + " has the events " + events);
    }
    return events.get(0);
  }

  /** Returns the lines of a record with the kernel's id, by the name of the form. */
  static Map<String, byte[]> forms(String fields, String type) {
    String numbered = type.equals("USER_AVC") ? "1107" : "1400";
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("audit.log", "type=" + type + " msg=audit(" + ID + "): " + fields);
    texts.put("with a node", "node=web type=" + type + " msg=audit(" + ID + "): " + fields);
    texts.put("numbered", "type=" + numbered + " msg=audit(" + ID + "): " + fields);
    texts.put("dispatcher", "msg=audit(" + ID + "): " + fields);
    texts.put("grep", "audit.log:12:type=" + type + " msg=audit(" + ID + "): " + fields);
    String kernel = "audit: type=" + numbered + " audit(" + ID + "): " + fields;
    texts.put("dmesg", "[103975.623545] " + kernel);
    texts.put("dmesg, short", "[   4.6] " + kernel);
    texts.put("dmesg with a caller", "[   40.693621][  T168] " + kernel);
    texts.put("dmesg --raw", "<5>[   40.693621] " + kernel);
    texts.put("dmesg -x", "kern  :notice: [   40.693621] " + kernel);
    texts.put("dmesg -T", "[Sat Nov 28 10:15:04 2026] " + kernel);
    texts.put("dmesg --time-format iso", "2026-11-28T10:15:04,562575+00:00 " + kernel);
    texts.put("dmesg -t", kernel);
    texts.put("/dev/kmsg", "5,1234,40693621,-;" + kernel);
    texts.put("RFC 3164", "Nov 28 10:15:04 web kernel: [   40.693621] " + kernel);
    texts.put("RFC 3164, no stamp", "Nov  8 10:15:04 web kernel: " + kernel);
    texts.put("RFC 3164 over the wire", "<5>Nov 28 10:15:04 web kernel: " + kernel);
    texts.put("RFC 3164 with a zone", "Nov 28 10:15:04.562575-08:00 web kernel: " + kernel);
    texts.put("RFC 3164 with a year", "Nov 28 2026 10:15:04 web kernel: " + kernel);
    texts.put("grep of syslog", "/var/log/syslog.1:Nov 28 10:15:04 web kernel: " + kernel);
    texts.put("ISO", "2026-11-28T10:15:04.396634-04:00 web kernel: " + kernel);
    texts.put("ISO with Z", "2026-11-28T10:15:04Z web kernel: [ 1.2] " + kernel);
    texts.put("RFC 5424", "<5>1 2026-11-28T10:15:04.3Z web kernel - - - " + kernel);
    texts.put(
        "RFC 5424 with data",
        "<5>1 2026-11-28T10:15:04.3Z web kernel 7 ID [a@1 b=\"]\\\"\"][c] \uFEFF" + kernel);
    texts.put("socklogd", "Nov 28 10:15:04 kern.notice: [   40.693621] " + kernel);
    texts.put("socklogd with a host", "Nov 28 10:15:04 web kern.notice: [ 4.6] " + kernel);
    texts.put("journalctl", "Nov 28 10:15:04 web kernel: " + kernel);
    texts.put("short-full", "Sat 2026-11-28 10:15:04 UTC web kernel: " + kernel);
    texts.put("short-unix", "1795395400.720000 web kernel: " + kernel);
    texts.put("short-monotonic", "[   40.693621] web kernel: " + kernel);
    texts.put("journalctl -o cat", kernel);
    texts.put("old kernel", "Nov 28 10:15:04 web kernel: [ 1.2] audit(" + ID + "): " + fields);
    texts.put(
        "audisp-syslog",
        "Nov 28 10:15:04 web audisp-syslog[7]: type=" + type + " msg=audit(" + ID + "): " + fields);
    Map<String, byte[]> forms = new LinkedHashMap<>();
    texts.forEach((name, text) -> forms.put(name, bytes(text + "\n")));
    forms.put("CR LF", bytes(texts.get("audit.log") + "\r\n"));
    Map<String, String> journal = new LinkedHashMap<>();
    journal.put("__CURSOR", "s=1");
    journal.put("__REALTIME_TIMESTAMP", "1795395400999999");
    journal.put("_TRANSPORT", "kernel");
    journal.put("SYSLOG_IDENTIFIER", "kernel");
    journal.put("_HOSTNAME", "web");
    journal.put("MESSAGE", kernel);
    forms.put("journal, JSON", json(journal));
    forms.put("journal, export", export(journal));
    journal.put("_TRANSPORT", "audit");
    journal.put("_SOURCE_REALTIME_TIMESTAMP", "1795395400720000");
    journal.put("_AUDIT_TYPE", numbered);
    journal.put("_AUDIT_TYPE_NAME", type);
    journal.put("_AUDIT_ID", "14");
    journal.put("MESSAGE", type + " " + fields);
    forms.put("journal of audit, JSON", json(journal));
    forms.put("journal of audit, export", export(journal));
    return forms;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns an entry as {@code journalctl -o json} prints it. */
  static byte[] json(Map<String, String> fields) {
    StringBuilder out = new StringBuilder("{");
    fields.forEach(
        (key, value) -> {
          out.append(out.length() == 1 ? "\"" : ", \"").append(key).append("\":");
          if (value.chars().anyMatch(c -> c < ' ')) {
            out.append('[');
            for (byte each : bytes(value)) {
              out.append(each & 0xFF).append(',');
            }
            out.setLength(out.length() - 1);
            out.append(']');
          } else {
            out.append('"').append(value.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
          }
        });
    return bytes(out + "}\n");
  }

  /** Returns an entry as {@code journalctl -o export} prints it. */
  static byte[] export(Map<String, String> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fields.forEach(
        (key, value) -> {
          byte[] bytes = bytes(value);
          if (key.equals("MESSAGE")) {
            out.writeBytes(bytes(key + "\n"));
            out.writeBytes(
                ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(bytes.length)
                    .array());
            out.writeBytes(bytes);
            out.write('\n');
          } else {
            out.writeBytes(bytes(key + "=" + value + "\n"));
          }
        });
    out.write('\n');
    return out.toByteArray();
  }
}
