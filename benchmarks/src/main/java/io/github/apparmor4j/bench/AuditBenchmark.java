package io.github.apparmor4j.bench;

import io.github.apparmor4j.audit.AuditEvent;
import io.github.apparmor4j.audit.AuditLog;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Logs to events, in lines a second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AuditBenchmark {

  private static final int LINES = 10_000;

  /** The form of the log; of {@code others}, no line is AppArmor's. */
  @Param({"audit.log", "syslog", "json", "others"})
  public String form = "audit.log";

  private byte[] log = new byte[0];

  /** Makes the log, and checks what is read in it. */
  @Setup
  public void prepare() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      out.append(line(i)).append('\n');
    }
    log = out.toString().getBytes(StandardCharsets.UTF_8);
    if (read() != (form.equals("others") ? 0 : LINES)) {
      throw new AssertionError("lost lines");
    }
  }

  private String line(int serial) {
    String id = "audit(1795395400." + (100 + serial % 900) + ":" + (serial + 1) + "): ";
    String fields =
        "apparmor=\"DENIED\" operation=\"open\" class=\"file\" profile=\"/usr/sbin/web\""
            + " name=\"/srv/www/data/"
            + serial % 500
            + "/index.html\" pid="
            + (100 + serial % 30_000)
            + " comm=\"web\" requested_mask=\"wr\" denied_mask=\"wr\" fsuid=33 ouid=0";
    String kernel = "[103975.623545] audit: type=1400 " + id + fields;
    return switch (form) {
      case "audit.log" -> "type=AVC msg=" + id + fields;
      case "syslog" -> "Nov 28 10:15:04 web kernel: " + kernel;
      case "json" ->
          "{\"__REALTIME_TIMESTAMP\":\"1795395400720000\",\"_TRANSPORT\":\"kernel\","
              + "\"_HOSTNAME\":\"web\",\"PRIORITY\":\"5\",\"SYSLOG_IDENTIFIER\":\"kernel\","
              + "\"MESSAGE\":\""
              + kernel.replace("\"", "\\\"")
              + "\"}";
      default ->
          "Nov 28 10:15:04 web sshd[" + serial + "]: Accepted publickey for a from ::1 port 2";
    };
  }

  private Stream<AuditEvent> events() {
    return AuditLog.of("log", new ByteArrayInputStream(log)).events();
  }

  /** Lines to typed events. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public long read() {
    return events().filter(AuditEvent::isRefusal).count();
  }

  /** Lines to events whose values are all decoded. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public long decode() {
    return events()
        .mapToLong(
            event ->
                event.record().fields().stream().mapToLong(field -> field.value().length()).sum())
        .sum();
  }

  /** Lines to questions. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public long questions() {
    return events().mapToLong(event -> event.accesses().size()).sum();
  }
}
