package io.github.apparmor4j.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.audit.AuditRecord.Field;
import io.github.apparmor4j.audit.AuditRecord.Spelling;
import io.github.apparmor4j.source.SourceText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AuditProperties {

  private static final List<String> TEXTS =
      List.of("profile", "name", "target", "comm", "peer", "info", "namespace", "path", "addr");

  private static final List<String> NUMBERS = List.of("pid", "fsuid", "ouid", "error", "lport");

  private static final String GOOD =
      "type=AVC msg=audit(1795395400.720:14): apparmor=\"DENIED\" operation=\"open\""
          + " profile=\"web\" name=\"/a\" pid=7";

  /** Returns fields whose values are any bytes. */
  @Provide
  Arbitrary<List<Field>> fields() {
    Arbitrary<String> bytes =
        Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(20).map(SourceText::decode);
    Arbitrary<String> texts =
        Arbitraries.oneOf(bytes, Arbitraries.strings().ascii().ofMinLength(1).ofMaxLength(20));
    Arbitrary<String> unknown =
        Arbitraries.strings().alpha().ofMinLength(3).ofMaxLength(9).map(key -> "x" + key);
    Arbitrary<Field> text =
        Combinators.combine(Arbitraries.oneOf(Arbitraries.of(TEXTS), unknown), texts)
            .as((key, value) -> new Field(key, value, spelling(value)));
    Arbitrary<Field> number =
        Combinators.combine(Arbitraries.of(NUMBERS), Arbitraries.longs())
            .as((key, value) -> new Field(key, String.valueOf(value), Spelling.PLAIN));
    return Arbitraries.oneOf(text, number)
        .list()
        .ofMaxSize(12)
        .filter(
            fields ->
                fields.stream().noneMatch(each -> TEXTS.contains(each.key()) && isAmbiguous(each)));
  }

  private static boolean isAmbiguous(Field field) {
    return field.spelling() == Spelling.HEX && !TEXTS.contains(field.key());
  }

  private static Spelling spelling(String value) {
    for (byte each : SourceText.encode(value)) {
      if (each < ' ' || each > '~' || each == '"') {
        return Spelling.HEX;
      }
    }
    return Spelling.QUOTED;
  }

  private static String written(List<Field> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Field field : fields) {
      if (field.spelling() == Spelling.PLAIN) {
        out.writeBytes(Bytes.of(field.key() + "=" + field.value() + " "));
      } else {
        Bytes.writeField(out, Bytes.of(field.key()), SourceText.encode(field.value()));
      }
    }
    return "apparmor=\"DENIED\" " + out.toString(StandardCharsets.US_ASCII);
  }

  /** Of keys that nobody knows, digits alone are taken for a number: that is no loss. */
  private static Field shown(Field field) {
    boolean digits =
        field.spelling() == Spelling.HEX
            && !TEXTS.contains(field.key())
            && hex(field.value()).chars().allMatch(Bytes::isDigit);
    return digits ? new Field(field.key(), hex(field.value()), Spelling.PLAIN) : field;
  }

  private static String hex(String value) {
    StringBuilder out = new StringBuilder();
    for (byte each : SourceText.encode(value)) {
      out.append(String.format("%02X", each & 0xFF));
    }
    return out.toString();
  }

  @Property
  void whatIsWrittenIsReadInEveryForm(@ForAll("fields") List<Field> fields) {
    List<Field> expected = fields.stream().map(AuditProperties::shown).toList();
    for (Map.Entry<String, byte[]> form : AuditLines.forms(written(fields), "AVC").entrySet()) {
      List<AuditEvent> events = AuditLines.read(form.getValue());
      assertThat(events).as(form.getKey()).hasSize(1);
      List<Field> read = events.get(0).record().fields();
      assertThat(read.subList(1, read.size())).as(form.getKey()).isEqualTo(expected);
    }
  }

  @Property
  void noBytesAreTooOddToBeRead(@ForAll byte[] bytes) {
    AuditLines.read(bytes).forEach(AuditProperties::use);
  }

  /** Lines of real forms with bytes put in, taken out and exchanged. */
  @Property
  void noLineIsTooOddToBeRead(@ForAll("fields") List<Field> fields, @ForAll List<Integer> changes) {
    for (byte[] line : AuditLines.forms(written(fields), "AVC").values()) {
      byte[] odd = changed(line, changes);
      List<AuditEvent> events = AuditLines.read(odd);
      events.forEach(AuditProperties::use);
    }
  }

  private static void use(AuditEvent event) {
    assertThat(event.verdict()).isNotNull();
    assertThat(event.accesses()).isNotNull();
    assertThat(event.noise()).isNotNull();
    assertThat(event.record().fields()).doesNotContainNull();
    assertThat(event.record().equals(event.record())).isTrue();
    assertThat(event.record().hashCode()).isEqualTo(event.record().hashCode());
    assertThat(event.toString()).isNotNull();
    assertThat(event.time()).isNotNull();
    assertThat(event.profile()).isNotNull();
  }

  private static byte[] changed(byte[] line, List<Integer> changes) {
    byte[] odd = line.clone();
    for (int change : changes) {
      int at = Math.floorMod(change, odd.length);
      odd[at] = (byte) (change >>> 16);
    }
    return odd;
  }

  /** What is odd in one line changes nothing of the lines around it. */
  @Property
  void oddLinesDontAffectTheirNeighbours(
      @ForAll("fields") List<Field> fields, @ForAll List<Integer> changes) {
    AuditEvent good = AuditLines.one(GOOD);
    for (Map.Entry<String, byte[]> form : AuditLines.forms(written(fields), "AVC").entrySet()) {
      if (form.getKey().endsWith("export")) {
        continue; // entries have many lines, and lengths that say where they end
      }
      String odd =
          new String(changed(form.getValue(), changes), StandardCharsets.ISO_8859_1)
              .replace("\n", " ")
              .stripLeading();
      ByteArrayOutputStream log = new ByteArrayOutputStream();
      log.writeBytes(AuditLines.bytes(GOOD + "\n"));
      log.writeBytes(odd.getBytes(StandardCharsets.ISO_8859_1));
      log.writeBytes(AuditLines.bytes("\n" + GOOD + "\n"));
      List<AuditEvent> events =
          new ArrayList<>(
              AuditLines.read(log.toByteArray()).stream()
                  .filter(event -> event.record().line() != 2)
                  .toList());
      assertThat(events).as(odd).containsExactly(good, good);
    }
  }

  /** Every loss that is put between records is told, wherever it is. */
  @Property
  void everyLossIsTold(@ForAll List<Integer> places) {
    List<String> lines = new ArrayList<>();
    for (int serial = 1; serial <= 50; serial++) {
      lines.add(GOOD.replace(":14)", ":" + serial + ")"));
    }
    List<Integer> distinct =
        places.stream().map(each -> 1 + Math.floorMod(each, 48)).distinct().sorted().toList();
    long expected = 0;
    for (int i = distinct.size() - 1; i >= 0; i--) {
      int at = distinct.get(i);
      switch (at % 4) {
        case 0 -> lines.add(at, "[ 1.2] audit: " + at + " callbacks suppressed");
        case 1 -> lines.add(at, "[ 1.2] audit: audit_lost=" + at + " audit_rate_limit=0");
        case 2 -> lines.set(at, lines.get(at).replaceFirst("\" pid=7$", ""));
        default -> lines.set(at, "Nov 28 10:15:04 web systemd-journald: Missed 2 kernel messages");
      }
      expected += at % 4 == 3 ? 2 : 1; // the record in whose place it is is missing as well
    }
    long told =
        AuditLines.read(
                lines.stream().collect(Collectors.joining("\n")).getBytes(StandardCharsets.UTF_8))
            .stream()
            .filter(AuditEvent.Loss.class::isInstance)
            .count();
    assertThat(told).isEqualTo(expected);
  }
}
