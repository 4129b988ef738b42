package io.github.apparmor4j.aa;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.audit.AuditEvent;
import io.github.apparmor4j.audit.AuditEvent.Loss;
import io.github.apparmor4j.audit.AuditEvent.Unreadable;
import io.github.apparmor4j.audit.AuditEvent.Verdict;
import io.github.apparmor4j.audit.AuditLog;
import io.github.apparmor4j.audit.AuditRecord;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa events}: prints what logs say that AppArmor did, and what they lost. */
@Command(
    name = "events",
    description = {
      "Prints what logs say that AppArmor did: audit.log, system logs, the output of dmesg and of",
      "journalctl in any of its forms; gzip too. A line has, with tabs between: time, verdict,",
      "profile, operation, the questions that were answered as 'aa decide' takes them (or the",
      "record's name), the task, and marks (docs/audit.md).",
      "What the logs lost, and lines that could not be read, are counted on standard error."
    },
    mixinStandardHelpOptions = true)
final class AaEvents implements Callable<Integer> {

  private static final String STANDARD_INPUT = "-";
  private static final int INCOMPLETE = 3;

  /** Higher characters are escaped: no other can control a terminal, or be half a character. */
  private static final int LAST_PRINTED = 0x7e;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonFactory FACTORY = JSON.getFactory();

  @Option(names = "--json", description = "print an object a line instead (docs/json.md)")
  private boolean json;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "only events of this profile and of those inside it")
  private @Nullable String profile;

  @Option(
      names = "--denied",
      description = "only what policy refuses, in complain mode too, where it is let pass")
  private boolean denied;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "only from this time on: 2026-11-28, 2026-11-28T10:00, with Z or +01:00 for a zone;"
              + " events without a time are printed")
  private @Nullable String since;

  @Option(names = "--rotated", description = "read what each file was before, too, oldest first")
  private boolean rotated;

  @Option(
      names = "--strict",
      description = "status 3 if lines could not be read, or records are missing")
  private boolean strict;

  @Parameters(paramLabel = "FILE", description = "logs; - or none for standard input")
  private List<String> files = new ArrayList<>();

  /** What isn't events: how often, by what it is. */
  private final Map<String, Long> counts = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException {
    Instant from = since == null ? Instant.MIN : time(since);
    for (AuditLog log : logs()) {
      try (Stream<AuditEvent> events = log.events()) {
        for (Iterator<AuditEvent> each = events.iterator(); each.hasNext(); ) {
          AuditEvent event = each.next();
          count(event);
          if (isWanted(event, from)) {
            print(event);
          }
        }
      }
    }
    System.out.flush();
    counts.forEach((what, count) -> Terminal.problem("aa: " + what + ": " + count));
    return strict && !counts.isEmpty() ? INCOMPLETE : 0;
  }

  /** Returns the logs. Files that were given are one, so that nothing is missed between them. */
  private List<AuditLog> logs() throws IOException {
    if (!rotated && !files.isEmpty() && !files.contains(STANDARD_INPUT)) {
      return List.of(AuditLog.of(files.stream().map(Path::of).toArray(Path[]::new)));
    }
    List<AuditLog> logs = new ArrayList<>();
    for (String file : files.isEmpty() ? List.of(STANDARD_INPUT) : files) {
      boolean input = file.equals(STANDARD_INPUT);
      Path path = Path.of(file);
      logs.add(
          input
              ? AuditLog.of("standard input", System.in)
              : rotated ? AuditLog.rotated(path) : AuditLog.of(path));
    }
    return logs;
  }

  private static Instant time(String text) {
    ZoneId zone = ZoneId.systemDefault();
    try {
      if (text.indexOf('T') < 0) {
        return LocalDate.parse(text).atStartOfDay(zone).toInstant();
      }
      boolean zoned = text.endsWith("Z") || text.matches(".*T.*[+-].*");
      return zoned
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).atZone(zone).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("not a time: '" + text + "'", e);
    }
  }

  private void count(AuditEvent event) {
    if (event instanceof Unreadable) {
      counts.merge("lines of AppArmor's that could not be read", 1L, Long::sum);
    } else if (event instanceof Loss loss) {
      Long lost = loss.count();
      boolean gap = loss.cause() == Loss.Cause.GAP;
      counts.merge(
          gap
              ? "records that are not in these logs, lost or left out"
              : "losses, " + word(loss.cause()),
          gap && lost != null ? lost : 1L,
          Long::sum);
    }
  }

  /** Returns whether an event passes the filters; a loss may be of any profile. */
  private boolean isWanted(AuditEvent event, Instant from) {
    boolean early = event.time().filter(time -> time.isBefore(from)).isPresent();
    if (early) {
      return false;
    } else if (event.verdict() == Verdict.NONE) {
      // Logs that somebody filtered have more gaps than records.
      return json || !(event instanceof Loss loss) || loss.cause() != Loss.Cause.GAP;
    }
    return (!denied || event.isRefusal()) && (profile == null || isOf(event, profile));
  }

  private static boolean isOf(AuditEvent event, String name) {
    return Arrays.stream(event.profile().orElse("").split("//&", -1))
        .anyMatch(part -> part.equals(name) || part.startsWith(name + "//"));
  }

  private void print(AuditEvent event) throws IOException {
    if (json) {
      AaDocker.print(object(event) + "\n");
    } else {
      Terminal.println(
          columns(event).stream().map(SourceText::printable).collect(Collectors.joining("\t")));
    }
  }

  // ---- text

  private static List<String> columns(AuditEvent event) {
    String time = event.time().map(Instant::toString).orElse("-");
    String place = event.record().source() + ":" + event.record().line();
    if (event instanceof Loss loss) {
      Long count = loss.count();
      String lost = count == null ? "" : count + ", ";
      return List.of(time, "lost", word(loss.cause()), lost + loss.explanation(), place);
    } else if (event instanceof Unreadable odd) {
      return List.of(time, "unreadable", word(odd.reason()), odd.record().text(), place);
    }
    String questions =
        event.accesses().stream().map(Access::toString).collect(Collectors.joining("; "));
    return List.of(
        time,
        event.verdict().toString(),
        event.namespace().map(namespace -> ":" + namespace + ":").orElse("")
            + event.profile().orElse("-"),
        event.operation().orElse("-"),
        questions.isEmpty() ? event.record().text("name").or(event::info).orElse("-") : questions,
        event.command().orElse("-")
            + (event.pid().isPresent() ? "[" + event.pid().getAsLong() + "]" : ""),
        event.noise().stream().map(AaEvents::word).sorted().collect(Collectors.joining(",")));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  // ---- JSON

  private static String object(AuditEvent event) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      generator.setHighestNonEscapedChar(LAST_PRINTED);
      JSON.writeValue(generator, fields(event));
    }
    return out.toString();
  }

  private static Map<String, Object> fields(AuditEvent event) {
    AuditRecord record = event.record();
    Map<String, Object> own = new LinkedHashMap<>();
    for (AuditRecord.Field field : record.fields()) {
      // Of keys that occur twice, the last one counts.
      own.put(field.key(), field.isNumber() ? Long.valueOf(field.value()) : field.value());
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("schema", "aa-events/1");
    if (event.verdict() != Verdict.NONE) {
      all.put("verdict", event.verdict().toString());
    }
    event.recordClass().ifPresent(word -> all.put("class", word));
    event.time().ifPresent(time -> all.put("time", nanos(time)));
    record.id().ifPresent(id -> all.put("serial", id.serial()));
    all.put("aa", about(event));
    own.forEach(all::putIfAbsent);
    return all;
  }

  private static String nanos(Instant time) {
    String fraction = String.valueOf(1_000_000_000L + time.getNano()).substring(1);
    return time.getEpochSecond() + fraction;
  }

  private static Map<String, Object> about(AuditEvent event) {
    Map<String, Object> about = new LinkedHashMap<>();
    AuditRecord record = event.record();
    about.put("event", word(event));
    if (event instanceof Loss loss) {
      about.put("cause", word(loss.cause()));
      if (loss.count() != null) {
        about.put("count", loss.count());
      }
      about.put("explanation", loss.explanation());
    } else if (event instanceof Unreadable odd) {
      about.put("reason", word(odd.reason()));
      about.put("text", record.text());
    } else {
      about.put("accesses", event.accesses().stream().map(Access::toString).toList());
      if (!event.noise().isEmpty()) {
        about.put("noise", event.noise().stream().map(AaEvents::word).sorted().toList());
      }
    }
    record.host().ifPresent(host -> about.put("host", host));
    about.put("file", record.source());
    about.put("line", record.line());
    return about;
  }

  /** Returns the event's name: {@code pivot_root}. */
  private static String word(AuditEvent event) {
    return event
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
        .toLowerCase(Locale.ROOT);
  }
}
