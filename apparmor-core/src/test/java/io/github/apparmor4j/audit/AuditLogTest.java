package io.github.apparmor4j.audit;

import static io.github.apparmor4j.audit.AuditLines.one;
import static io.github.apparmor4j.audit.AuditLines.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.audit.AuditEvent.Loss;
import io.github.apparmor4j.audit.AuditEvent.Loss.Cause;
import io.github.apparmor4j.audit.AuditEvent.Unreadable;
import io.github.apparmor4j.audit.AuditEvent.Verdict;
import io.github.apparmor4j.audit.AuditRecord.Form;
import io.github.apparmor4j.audit.AuditRecord.Spelling;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {

  private static final String FIELDS =
      "apparmor=\"DENIED\" operation=\"open\" class=\"file\" profile=\"web\""
          + " name=2F746D702F61206220C3A9 pid=168 comm=\"python3\" requested_mask=\"wr\""
          + " denied_mask=\"w\" fsuid=0 ouid=7 later=\"x\"";

  private static final String LINE = "type=AVC msg=audit(" + AuditLines.ID + "): " + FIELDS;

  @Test
  void readsTheSameInEveryForm() {
    AuditEvent expected = one(LINE);
    AuditLines.forms(FIELDS, "AVC")
        .forEach(
            (form, line) -> {
              List<AuditEvent> events = read(line);
              assertThat(events).as(form).hasSize(1);
              AuditEvent event = events.get(0);
              assertThat(event.getClass()).as(form).isEqualTo(expected.getClass());
              assertThat(event.record().fields()).as(form).isEqualTo(expected.record().fields());
              assertThat(event.record().id()).as(form).isEqualTo(expected.record().id());
              assertThat(event.time()).as(form).isEqualTo(expected.time());
              assertThat(event.accesses()).as(form).isEqualTo(expected.accesses());
            });
  }

  @Test
  void keepsEveryField() {
    AuditRecord record = one(LINE).record();
    assertThat(record.fields())
        .extracting(AuditRecord.Field::key)
        .containsExactly(
            "apparmor",
            "operation",
            "class",
            "profile",
            "name",
            "pid",
            "comm",
            "requested_mask",
            "denied_mask",
            "fsuid",
            "ouid",
            "later");
    assertThat(record.fields().get(4))
        .isEqualTo(new AuditRecord.Field("name", "/tmp/a b \u00e9", Spelling.HEX));
    assertThat(record.fields().get(5).isNumber()).isTrue();
    assertThat(record.number("ouid")).hasValue(7);
    assertThat(record.text("later")).contains("x");
    assertThat(record.text("none")).isEmpty();
    assertThat(record.form()).isEqualTo(Form.AUDIT_LOG);
    assertThat(record.type()).isEqualTo("AVC");
    assertThat(record.text()).isEqualTo(LINE);
    assertThat(record.id().orElseThrow().serial()).isEqualTo(14);
    assertThat(record.time()).contains(Instant.parse("2026-11-23T00:56:40.720Z"));
    assertThat(record.line()).isEqualTo(1);
    assertThat(record.toString()).startsWith("log:1: type=AVC");
  }

  @Test
  void readsAuditdsEnrichedFields() {
    for (String separator : List.of("\u001d", "", "#035", " ")) {
      AuditRecord record = one(LINE + " ouid=0" + separator + "FSUID=\"root\" OUID=\"a\"").record();
      assertThat(record.number("ouid")).as(separator).hasValue(0);
      assertThat(record.text("FSUID")).as(separator).contains("root");
      assertThat(record.text("OUID")).as(separator).contains("a");
    }
  }

  @Test
  void decodesWhatHasNoQuotes() {
    AuditRecord record =
        one("type=AVC msg=audit(1.000:1): apparmor=\"DENIED\" operation=\"ptrace\""
                + " target=FF00 comm=4142 pid=4142 signal=AABB new=4142 newer=41204A"
                + " addr=? key=(null) a\\b=1 name=\"a\\b\"")
            .record();
    assertThat(record.text("target")).contains("\uDCFF\0");
    assertThat(record.text("comm")).contains("AB");
    assertThat(record.text("pid")).contains("4142");
    assertThat(record.text("signal")).contains("AABB");
    assertThat(record.text("new")).contains("4142");
    assertThat(record.text("newer")).contains("A J");
    assertThat(record.text("addr")).isEmpty();
    assertThat(record.text("key")).isEmpty();
    assertThat(record.text("name")).contains("a\\b");
  }

  @Test
  void knowsTheVerdict() {
    Map<String, Verdict> words = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      if (verdict != Verdict.NONE) {
        words.put(verdict.name(), verdict);
      }
    }
    words.put("NEWER", Verdict.UNKNOWN);
    words.forEach(
        (word, verdict) ->
            assertThat(one(LINE.replace("DENIED", word)).verdict()).as(word).isEqualTo(verdict));
    String old = "operation=\"open\" name=\"/a\" profile=\"p\" requested_mask=\"r::\"";
    assertThat(one("type=APPARMOR_ALLOWED msg=audit(1.000:1): " + old).verdict())
        .isEqualTo(Verdict.ALLOWED);
    assertThat(one("type=UNKNOWN[1503] msg=audit(1.000:1): " + old).verdict())
        .isEqualTo(Verdict.DENIED);
    assertThat(one("[1.2] type=1501 audit(1.000:1): " + old).verdict()).isEqualTo(Verdict.AUDIT);
    assertThat(one("[1.2] audit(1.000:1): type=1504 " + old).verdict()).isEqualTo(Verdict.HINT);
    assertThat(one(LINE).isRefusal()).isTrue();
    assertThat(one(LINE.replace("DENIED", "AUDIT")).isRefusal()).isFalse();
  }

  @Test
  void readsMessagesOfBuses() {
    String inner =
        "apparmor=\"DENIED\" operation=\"dbus_method_call\"  bus=\"system\" path=\"/o\""
            + " interface=\"org.i\" member=\"M\" mask=\"send\" name=\"org.n\" pid=20596"
            + " label=\"web\" peer_pid=1 peer_label=\"unconfined\"";
    String daemon = " exe=\"/usr/bin/dbus-daemon\" sauid=103 hostname=? addr=? terminal=?'";
    String outer = "pid=640 uid=103 auid=4294967295 ses=4294967295 ";
    String question =
        "[dbus send bus=system name=org.n label=unconfined path=/o interface=org.i member=M]";
    for (String line :
        List.of(
            "type=USER_AVC msg=audit(1.000:1): " + outer + "msg='" + inner + daemon,
            "type=USER_AVC msg=audit(1.000:1): " + outer + "subj=unconfined msg='" + inner + daemon,
            "type=USER_AVC msg=audit(1.000:1): " + outer + "msg='" + inner + daemon + "UID=\"a\"",
            "type=USER_AVC msg=audit(1.000:1): "
                + outer
                + "msg='"
                + inner
                + daemon
                + "\u001dUID=\"a\"",
            "[1.2] audit: type=1107 audit(1.000:1): " + outer + "msg='" + inner + "\n " + daemon,
            "Jul 31 17:10:35 web dbus[1692]: " + inner,
            "Jul 31 17:10:35 web dbus-daemon[1692]: [session uid=1 pid=2] " + inner,
            "2026-11-28T10:15:04.3Z web dbus-daemon[1692]: " + inner)) {
      AuditEvent event = one(line);
      assertThat(event).as(line).isInstanceOf(AuditEvent.Dbus.class);
      assertThat(event.accesses()).as(line).hasToString(question);
      assertThat(event.pid()).as(line).hasValue(20596);
      assertThat(event.profile()).as(line).contains("web");
    }
    AuditEvent two =
        one("[1.2] audit: type=1107 audit(1.000:1): " + outer + "msg='" + inner + "\n " + daemon);
    assertThat(two.record().text("terminal")).isEmpty();
    assertThat(two.record().fields().get(0))
        .isEqualTo(new AuditRecord.Field("pid", "640", Spelling.PLAIN));
    assertThat(one("Jul 31 17:10:35 web dbus[1692]: " + inner).time())
        .contains(Instant.parse("2026-07-31T17:10:35Z"));
    assertThat(one("Dec 31 17:10:35 web dbus[1692]: " + inner).time())
        .contains(Instant.parse("2025-12-31T17:10:35Z"));
    assertThat(one("2026-11-28 10:15:04.25+02:00 web dbus[1692]: " + inner).time())
        .contains(Instant.parse("2026-11-28T08:15:04.250Z"));
  }

  @Test
  void readsProse() {
    AuditEvent event =
        one(
            "type=APPARMOR msg=audit(1167188680.127:54): REJECTING r access to /bin/df"
                + " (sh(7902) profile /usr/sbin/x active HAT)");
    assertThat(event.verdict()).isEqualTo(Verdict.DENIED);
    assertThat(event.profile()).contains("/usr/sbin/x//HAT");
    assertThat(event.command()).contains("sh");
    assertThat(event.pid()).hasValue(7902);
    assertThat(event.accesses()).hasToString("[file r /bin/df]");
    assertThat(event.record().text()).contains("REJECTING r access");
  }

  @Test
  void believesOnlyWhoMayWriteRecords() {
    String forged = "apparmor=\"DENIED\" operation=\"open\" profile=\"p\" name=\"/a\"";
    Map<String, String> entry = new LinkedHashMap<>();
    entry.put("_TRANSPORT", "stdout");
    entry.put("SYSLOG_IDENTIFIER", "kernel");
    entry.put("MESSAGE", "audit: type=1400 audit(1.000:1): " + forged);
    Map<String, String> bus = new LinkedHashMap<>();
    bus.put("_TRANSPORT", "syslog");
    bus.put("SYSLOG_IDENTIFIER", "dbus-daemon");
    bus.put("_EXE", "/tmp/evil");
    bus.put("MESSAGE", forged);
    for (String line :
        List.of(
            "Nov 28 10:15:04 web sshd[7]: " + forged,
            "Nov 28 10:15:04 web sshd[7]: audit: type=1400 audit(1.000:1): " + forged,
            "Nov 28 10:15:04 web sshd[7]: kernel: type=1400 audit(1.000:1): " + forged,
            "Nov 28 10:15:04 web dbus[7]: reply " + forged,
            "[ 1.2] usb 1-1: new " + forged,
            "type=USER_CMD msg=audit(1.000:1): pid=1 msg='cmd=" + forged + "'",
            "type=EXECVE msg=audit(1.000:1): argc=1 a0=" + forged,
            "<5>1 2026-11-28T10:15:04.3Z web sshd - - - " + forged,
            "echo " + forged,
            new String(AuditLines.json(entry), java.nio.charset.StandardCharsets.UTF_8),
            new String(AuditLines.json(bus), java.nio.charset.StandardCharsets.UTF_8))) {
      assertThat(read(line.strip())).as(line).isEmpty();
    }
  }

  @Test
  void passesOverOthers() {
    assertThat(
            read(
                "",
                " ",
                "[",
                "{}",
                "type=",
                "node=",
                "type=AVC",
                "type=AVC msg=audit(1.000:1): avc:  denied  { read } for pid=1",
                "type=SYSCALL msg=audit(1.000:1): arch=c000003e",
                "type=USER_AVC msg=audit(1.000:1): pid=1 msg='avc:  denied'",
                "Nov 28 10:15:04 web kernel: usb 1-1: new device",
                "Nov 28 10:15:04",
                "Nov 28 10:15:04 web",
                "2026-11-28",
                "<5>",
                "<5>1 ",
                "1,2,3,",
                "kern  :notice:"))
        .isEmpty();
  }

  @Test
  void tellsWhatItCantRead() {
    assertThat(one("type=AVC msg=audit(1279====8288.415:39): apparmor=\"DENIED\""))
        .isInstanceOfSatisfying(
            Unreadable.class, odd -> assertThat(odd.reason()).isEqualTo(Unreadable.Reason.ID));
    assertThat(one("type=AVC msg=audit(1.000:39): "))
        .isInstanceOfSatisfying(
            Unreadable.class, odd -> assertThat(odd.reason()).isEqualTo(Unreadable.Reason.VERDICT));
    assertThat(one("{\"MESSAGE\":\"a"))
        .isInstanceOfSatisfying(
            Unreadable.class, odd -> assertThat(odd.reason()).isEqualTo(Unreadable.Reason.JOURNAL));
    List<AuditEvent> around = read(LINE, "type=AVC msg=audit(x): apparmor=\"DENIED\"", "{\"", LINE);
    assertThat(around).hasSize(4);
    assertThat(around.get(0)).isEqualTo(around.get(3));
    assertThat(around.get(2).record().line()).isEqualTo(3);
  }

  @Test
  void readsJournals() {
    Map<String, String> entry = new LinkedHashMap<>();
    entry.put("__CURSOR", "s=1");
    entry.put("__REALTIME_TIMESTAMP", "1787297847795486");
    entry.put("SYSLOG_IDENTIFIER", "dbus-broker");
    entry.put("DBUS_BROKER_POLICY_TYPE", "apparmor");
    entry.put("DBUS_BROKER_TRANSMIT_ACTION", "send");
    entry.put("DBUS_BROKER_SENDER_SECURITY_LABEL", "a b (enforce)");
    entry.put("DBUS_BROKER_RECEIVER_SECURITY_LABEL", "c (complain)");
    entry.put("DBUS_BROKER_MESSAGE_MEMBER", "M\u00e9");
    entry.put("MESSAGE", "A security policy denied\n:1.115");
    for (byte[] written : List.of(AuditLines.json(entry), AuditLines.export(entry))) {
      List<AuditEvent> events = read(written);
      assertThat(events).hasSize(1);
      AuditEvent event = events.get(0);
      assertThat(event.verdict()).isEqualTo(Verdict.DENIED);
      assertThat(event.profile()).contains("a b");
      assertThat(event.record().text("DBUS_BROKER_MESSAGE_MEMBER")).contains("M\u00e9");
      assertThat(event.time()).contains(Instant.parse("2026-08-21T07:37:27.795486Z"));
      assertThat(event.record().text()).contains("\n:1.115");
    }
    String kernel = "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":";
    String message = "audit: type=1400 audit(1.000:1): apparmor=\\\"DENIED\\\" name=\\\"";
    assertThat(
            one(kernel + "\"" + message + "\\u00e9\\ud83d\\ude00\\/\\n\\\"\"}")
                .record()
                .text("name"))
        .contains("\u00e9\ud83d\ude00/\n");
    assertThat(one(kernel + "null}"))
        .isInstanceOfSatisfying(
            Loss.class, loss -> assertThat(loss.cause()).isEqualTo(Cause.JOURNAL));
    assertThat(read(kernel + "[\"" + message + "a\\\"\",\"x\"]}")).isEmpty();
    for (String broken :
        List.of("{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":x}", "{\"a\":1}x")) {
      assertThat(one(broken)).as(broken).isInstanceOf(Unreadable.class);
    }
    assertThat(read("{\"a\":1}", "{ \"a\" : \"b\\\\\" , \"c\":[1,2] }")).isEmpty();
  }

  @Test
  void readsExportsWithBrokenFields() {
    byte[] entry = Objects.requireNonNull(AuditLines.forms(FIELDS, "AVC").get("journal, export"));
    int size =
        new String(entry, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("MESSAGE\n") + 8;
    byte[] wrong = entry.clone();
    wrong[size + 7] = (byte) 0x80;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    log.writeBytes(entry);
    log.writeBytes(wrong);
    log.writeBytes(entry);
    List<AuditEvent> events = read(log.toByteArray());
    assertThat(events.get(0)).isInstanceOf(AuditEvent.File.class);
    assertThat(events.get(1)).isInstanceOf(Unreadable.class);
    assertThat(events.get(events.size() - 1)).isInstanceOf(AuditEvent.File.class);
    for (int length = 0; length < entry.length; length++) {
      assertThat(read(Arrays.copyOf(entry, length))).hasSizeLessThan(3);
    }
  }

  // ---- files

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(AuditLines.bytes(text));
    }
    return bytes.toByteArray();
  }

  private static String numbered(int serial) {
    return LINE.replace(":14)", ":" + serial + ")") + "\n";
  }

  @Test
  void readsRotatedFilesOldestFirst(@TempDir Path directory) throws IOException {
    Path log = directory.resolve("audit.log");
    Files.writeString(log, numbered(6));
    Files.write(directory.resolve("audit.log.10.gz"), gzip(numbered(3)));
    Files.writeString(directory.resolve("audit.log.2"), numbered(4));
    Files.writeString(directory.resolve("audit.log.1"), numbered(5));
    Files.write(directory.resolve("audit.log-20261101.gz"), gzip(numbered(1)));
    Files.write(directory.resolve("audit.log-20261102.gz"), gzip(numbered(2)));
    Files.writeString(directory.resolve("audit.log.old"), numbered(100));
    Files.writeString(directory.resolve("audit.logs"), numbered(100));
    try (Stream<AuditEvent> events = AuditLog.rotated(log).events()) {
      assertThat(events.map(event -> event.record().id().orElseThrow().serial()))
          .contains(1L, 2L, 3L, 4L, 5L, 6L)
          .hasSize(6)
          .last()
          .isEqualTo(6L);
    }
    Files.delete(log);
    try (Stream<AuditEvent> events = AuditLog.rotated(log).events()) {
      assertThat(events).hasSize(5);
    }
    assertThatThrownBy(() -> AuditLog.rotated(directory.resolve("no.log")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void tellsWhereACompressedFileEnds(@TempDir Path directory) throws IOException {
    byte[] whole = gzip(numbered(1) + numbered(2));
    Path file = Files.write(directory.resolve("a.gz"), Arrays.copyOf(whole, whole.length - 12));
    try (Stream<AuditEvent> events = AuditLog.of(file, directory.resolve("a.gz")).events()) {
      assertThat(events.filter(event -> event instanceof Loss))
          .allMatch(event -> ((Loss) event).cause() == Cause.TRUNCATED)
          .hasSize(2);
    }
    Path xz =
        Files.write(directory.resolve("a.xz"), new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0});
    try (Stream<AuditEvent> events = AuditLog.read(xz)) {
      assertThatThrownBy(events::toList)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("xz");
    }
    try (Stream<AuditEvent> events = AuditLog.read(directory)) {
      assertThatThrownBy(events::toList).isInstanceOf(UncheckedIOException.class);
    }
  }

  @Test
  void hasALimitForLines() {
    String longName = LINE.replace("later=\"x\"", "later=\"" + "x".repeat(5000) + "\"");
    byte[] log = AuditLines.bytes(LINE + "\n" + longName + "\n" + LINE + "\n" + "z".repeat(9000));
    try (Stream<AuditEvent> events =
        AuditLog.of("log", new ByteArrayInputStream(log)).withLongestLine(1000).events()) {
      List<AuditEvent> all = events.toList();
      assertThat(all).filteredOn(event -> event instanceof AuditEvent.File).hasSize(3);
      assertThat(all)
          .filteredOn(event -> event instanceof Loss)
          .allMatch(event -> ((Loss) event).cause() == Cause.TRUNCATED)
          .isNotEmpty();
      assertThat(all.get(all.size() - 1)).isInstanceOf(Unreadable.class);
    }
    assertThatThrownBy(() -> AuditLog.of(Path.of("a")).withLongestLine(255))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A line of gigabytes is read in the memory of the longest that is kept. */
  @Test
  void readsAnEndlessLine() {
    InputStream endless =
        new InputStream() {
          private long left = 200L << 20;

          @Override
          public int read() {
            return left-- > 0 ? 'a' : -1;
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            if (left <= 0) {
              return -1;
            }
            int read = (int) Math.min(left, length);
            Arrays.fill(bytes, from, from + read, (byte) 'a');
            left -= read;
            return read;
          }
        };
    try (Stream<AuditEvent> events = AuditLog.of("endless", endless).events()) {
      assertThat(events.toList())
          .singleElement()
          .satisfies(event -> assertThat(event.record().text()).hasSize(AuditLog.LONGEST_LINE));
    }
  }

  @Test
  void closesWhatItReads() throws IOException {
    boolean[] closed = {false};
    InputStream in =
        new ByteArrayInputStream(AuditLines.bytes(LINE + "\n" + LINE + "\n")) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    try (Stream<AuditEvent> events = AuditLog.of("in", in).events()) {
      assertThat(events.iterator().next()).isInstanceOf(AuditEvent.File.class);
    }
    assertThat(closed[0]).isTrue();
  }
}
