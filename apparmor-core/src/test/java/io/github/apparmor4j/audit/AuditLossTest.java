package io.github.apparmor4j.audit;

import static io.github.apparmor4j.audit.AuditLines.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.audit.AuditEvent.Loss;
import io.github.apparmor4j.audit.AuditEvent.Loss.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditLossTest {

  private static List<Loss> losses(List<AuditEvent> events) {
    return events.stream().filter(Loss.class::isInstance).map(Loss.class::cast).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Oct 29 09:20:01 web kernel: [87589.487390] type __ratelimit: 36 callbacks suppressed|RATE_LIMIT|36
          [87589.487390] audit: 36 callbacks suppressed|RATE_LIMIT|36
          [87589.487390] audit_printk_skb: 7 callbacks suppressed|RATE_LIMIT|7
          Nov 28 10:15:04 web kernel: kauditd_printk_skb: 23 callbacks suppressed|RATE_LIMIT|23
          [ 1.2] audit: rate limit exceeded|RATE_LIMIT|
          [ 1.2] audit: audit_lost=7 audit_rate_limit=0 audit_backlog_limit=64|KERNEL|7
          [ 1.2] audit: audit_backlog=65 > audit_backlog_limit=64|BACKLOG|
          [ 1.2] audit: backlog limit exceeded|BACKLOG|
          [ 1.2] audit: audit_backlog_limit exceeded|BACKLOG|
          [ 1.2] audit: kauditd hold queue overflow|BACKLOG|
          [ 1.2] printk: 12 messages dropped|RING_BUFFER|12
          [ 1.2] ** 12 printk messages dropped ** [ 1.1] a|RING_BUFFER|12
          Nov 28 10:15:04 web systemd-journald[7]: Missed 119806 kernel messages|RING_BUFFER|119806
          Nov 28 10:15:04 web systemd-journald[7]: /dev/kmsg buffer overrun, some messages lost.|RING_BUFFER|
          Nov 28 10:15:04 web systemd-journald[7]: Suppressed 99 messages from dbus.service|JOURNAL|99
          Nov 28 10:15:04 web auditd[7]: dispatch err (pipe full) event lost|DAEMON|
          Nov 28 10:15:04 web audispd: queue is full - dropping event|DAEMON|
          Nov 28 10:15:04 web auditd[7]: Audit daemon is suspending logging due to low space|DAEMON|
          type=CONFIG_CHANGE msg=audit(1.000:1): op=set audit_enabled=0 old=1 auid=0 res=1|DISABLED|
          {"_TRANSPORT":"driver","SYSLOG_IDENTIFIER":"systemd-journald","MESSAGE":"Missed 3 kernel messages"}|RING_BUFFER|3
          """)
  void isKnown(String line, Cause cause, @Nullable Long count) {
    assertThat(read(line))
        .singleElement()
        .isInstanceOfSatisfying(
            Loss.class,
            loss -> {
              assertThat(loss.cause()).isEqualTo(cause);
              assertThat(loss.count()).isEqualTo(count);
              assertThat(loss.explanation()).isNotEmpty();
              assertThat(line).contains(loss.record().text());
              assertThat(loss.accesses()).isEmpty();
              assertThat(loss.isRefusal()).isFalse();
            });
  }

  @Test
  void othersLoseNothing() {
    assertThat(
            read(
                "[ 1.2] net_ratelimit: 36 callbacks suppressed",
                "[ 1.2] audit: audit_backlog_limit: 8192",
                "Nov 28 10:15:04 web sshd[7]: Missed 3 kernel messages",
                "type=CONFIG_CHANGE msg=audit(1.000:1): op=set audit_enabled=1 old=0",
                "{\"_TRANSPORT\":\"stdout\",\"SYSLOG_IDENTIFIER\":\"kernel\","
                    + "\"MESSAGE\":\"audit: 3 callbacks suppressed\"}"))
        .isEmpty();
  }

  private static String numbered(long serial) {
    return numbered("", 1000 + serial, serial);
  }

  private static String numbered(String host, long seconds, long serial) {
    return host + "type=SYSCALL msg=audit(" + seconds + ".000:" + serial + "): arch=c000003e";
  }

  private static List<String> gaps(List<String> lines) {
    return losses(read(lines.toArray(String[]::new))).stream()
        .filter(loss -> loss.cause() == Cause.GAP)
        .map(loss -> loss.count() + " " + loss.explanation().replaceAll("[^0-9 ]", "").strip())
        .map(text -> text.replaceAll(" +", " "))
        .toList();
  }

  private static List<String> lines(long... serials) {
    return LongStream.of(serials).mapToObj(AuditLossTest::numbered).toList();
  }

  @Test
  void numbersAreMissed() {
    assertThat(gaps(lines(7, 8, 8, 8, 9))).isEmpty();
    assertThat(gaps(lines(7, 9))).containsExactly("1 8");
    assertThat(gaps(lines(7, 12, 20))).containsExactly("4 8 11", "7 13 19");
  }

  @Test
  void numbersMayComeLate() {
    assertThat(gaps(lines(1, 3, 2, 4))).isEmpty();
    assertThat(gaps(lines(1, 6, 3, 4, 2, 5))).isEmpty();
    assertThat(gaps(lines(1, 6, 3, 5))).containsExactly("1 2", "1 4");
  }

  @Test
  void aStartBeginsAgain() {
    List<String> lines = new ArrayList<>(lines(100, 101, 103));
    lines.add(numbered("", 9000, 1));
    lines.add(numbered("", 9000, 2));
    lines.add(numbered("", 9001, 4));
    assertThat(gaps(lines)).containsExactly("1 102", "1 3");
  }

  @Test
  void hostsHaveTheirOwnNumbers() {
    List<String> lines = new ArrayList<>();
    for (int serial = 1; serial < 5; serial++) {
      lines.add(numbered("node=a ", serial, serial));
      lines.add(numbered("node=b ", serial, serial + 1000));
    }
    assertThat(gaps(lines)).isEmpty();
    lines.add(numbered("node=b ", 9, 1009));
    assertThat(gaps(lines)).containsExactly("4 1005 1008");
  }

  /** A gap is told once it is certain, and not at the end of a log that may have none. */
  @Test
  void tellsAGapAfterAWhile() {
    List<String> lines = new ArrayList<>(lines(1, 3));
    for (long serial = 4; serial < 2000; serial++) {
      lines.add(numbered(serial));
    }
    lines.add(numbered(2001));
    assertThat(gaps(lines)).containsExactly("1 2", "1 2000");
    List<String> hosts = new ArrayList<>();
    for (int host = 0; host < 300; host++) {
      hosts.add(numbered("node=h" + host + " ", 1, 1));
      hosts.add(numbered("node=h" + host + " ", 1, 3));
    }
    assertThat(gaps(hosts)).hasSize(300);
    List<String> many = new ArrayList<>();
    for (long serial = 1; serial < 1000; serial += 2) {
      many.add(numbered(serial));
    }
    assertThat(gaps(many)).hasSize(499);
  }

  @Test
  void endsOfRecordsAreMissed() {
    String line =
        "type=AVC msg=audit(1.000:1): apparmor=\"DENIED\" operation=\"open\" name=\"/a\" pid=7";
    for (int length : new int[] {line.length() - 4, line.length() - 7, line.length() - 12}) {
      List<AuditEvent> events = read(line.substring(0, length), line);
      assertThat(events.get(0)).isInstanceOf(AuditEvent.File.class);
      assertThat(losses(events))
          .as(line.substring(0, length))
          .singleElement()
          .satisfies(loss -> assertThat(loss.cause()).isEqualTo(Cause.TRUNCATED));
      assertThat(events.get(2)).isEqualTo(AuditLines.one(line));
    }
    assertThat(losses(read("type=USER_AVC msg=audit(1.000:1): pid=1 msg='apparmor=\"DENIED\"")))
        .hasSize(1);
  }
}
