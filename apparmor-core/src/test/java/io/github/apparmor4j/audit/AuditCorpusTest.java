package io.github.apparmor4j.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.testing.Shared;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Logs that others made, and what the reference reads in them (logs/README.md of the corpus). */
class AuditCorpusTest {

  private static List<AuditEvent> read(byte[] log) {
    try (Stream<AuditEvent> events = AuditLog.of("log", new ByteArrayInputStream(log)).events()) {
      return events.toList();
    }
  }

  /** Returns the event of a line that isn't a loss. */
  private static Optional<AuditEvent> event(byte[] line) {
    return read(line).stream().filter(each -> !(each instanceof AuditEvent.Loss)).findFirst();
  }

  private static List<Path> files(String directory, String end) throws IOException {
    try (Stream<Path> files = Files.list(Shared.path("corpus/logs/" + directory))) {
      return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
    }
  }

  @Test
  void readsWhatTheReferenceReads() throws IOException {
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    for (Path in : files("test_multi", ".in")) {
      List<String> expected =
          Files.readAllLines(Path.of(in.toString().replaceFirst("in$", "out"))).stream()
              .skip(2) // START and the file's name
              .filter(line -> !line.isEmpty())
              .toList();
      List<String> actual = ReferenceRecord.of(event(Files.readAllBytes(in)));
      cases++;
      if (!sorted(actual).equals(sorted(expected))) {
        wrong.add(in.getFileName() + "\n  " + expected + "\n  " + actual);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(cases).isGreaterThan(80);
  }

  @Test
  void readsWhatTheReferenceReadsOfKernels() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Path log : files("kernel-6.12", ".log")) {
      String out = Files.readString(Path.of(log.toString().replaceFirst("log$", "out")));
      String[] expected = out.split("# line \\d+\n", -1);
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        Optional<AuditEvent> event = event(line.getBytes(StandardCharsets.ISO_8859_1));
        List<String> wanted = Arrays.asList(expected[i + 1].strip().split("\n", -1));
        if (wanted.get(0).endsWith("INVALID")) {
          // One line the reference can't read; the others aren't AppArmor's.
          assertThat(event.isPresent()).as(line).isEqualTo(line.contains("ns=\"ns1\""));
        } else if (!sorted(ReferenceRecord.of(event)).equals(sorted(wanted))) {
          wrong.add(line + "\n  " + wanted + "\n  " + ReferenceRecord.of(event));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<String> sorted(List<String> lines) {
    return lines.stream().sorted().toList();
  }

  @Test
  void noKernelLineIsUnreadableAndAllAreOfAClass() throws IOException {
    for (Path log : files("kernel-6.12", ".log")) {
      try (Stream<AuditEvent> events = AuditLog.read(log)) {
        assertThat(events)
            .noneMatch(event -> event instanceof AuditEvent.Unreadable)
            .filteredOn(AuditEvent::isRefusal)
            .noneMatch(event -> event instanceof AuditEvent.Other)
            .isNotNull();
      }
    }
  }

  @Test
  void refusalsOfKernelsAreQuestions() throws IOException {
    try (Stream<AuditEvent> events =
        AuditLog.read(Shared.path("corpus/logs/kernel-6.12/kernel612-enforce.log"))) {
      List<String> questions =
          events.flatMap(event -> event.accesses().stream()).map(Access::toString).toList();
      assertThat(questions)
          .contains(
              "file r owner /etc/locale.alias",
              "file r owner \"/tmp/d/sp ace \\\"q\\\".txt\"",
              "file r owner /tmp/d/u\u00e9.txt",
              "link owner /tmp/d/hl /tmp/d/r.txt",
              "capability dac_override",
              "network inet stream create",
              "network unix stream create",
              "signal send exists unconfined",
              "ptrace trace unconfined",
              "mount tmpfs rw,nosuid,nodev tmpfs /tmp/mnt/",
              "mount - ro,remount - /tmp/mnt/",
              "exec owner /usr/bin/id");
    }
  }

  @Test
  void readsLogsOfOtherTools() throws IOException {
    try (Stream<AuditEvent> events = AuditLog.read(Shared.path("corpus/logs/aa-log/audit.log"))) {
      List<AuditEvent> all = events.toList();
      assertThat(all).noneMatch(event -> event instanceof AuditEvent.Unreadable);
      assertThat(all).hasSizeGreaterThan(55);
    }
    try (Stream<AuditEvent> events = AuditLog.read(Shared.path("corpus/logs/aa-log/systemd.log"))) {
      List<AuditEvent> all = events.toList();
      assertThat(all).allMatch(event -> event instanceof AuditEvent.Dbus).hasSize(15);
      assertThat(all).allMatch(event -> event.time().isPresent());
    }
  }
}
