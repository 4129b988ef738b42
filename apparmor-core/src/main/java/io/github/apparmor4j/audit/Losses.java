package io.github.apparmor4j.audit;

import io.github.apparmor4j.audit.AuditEvent.Loss;
import io.github.apparmor4j.audit.AuditEvent.Loss.Cause;
import io.github.apparmor4j.source.SourceText;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Messages by which kernels, audit daemons and journals say that they lost records: {@code
 * audit_log_lost} and the rate limits of {@code kernel/audit.c}, auditd's {@code dispatch err}, and
 * journald's texts, as they stand in logs.
 */
final class Losses {

  private record Phrase(Pattern pattern, Cause cause, String explanation) {}

  /** What messages about losses have one of; the patterns are slow. */
  private static final List<byte[]> HINTS =
      List.of(
          Bytes.of("uppressed"),
          Bytes.of("audit_"),
          Bytes.of("lost"),
          Bytes.of("limit"),
          Bytes.of("issed "),
          Bytes.of("dropped"),
          Bytes.of("dropping"),
          Bytes.of("overflow"),
          Bytes.of("overrun"),
          Bytes.of("suspending"));

  private static final List<Phrase> PHRASES =
      List.of(
          new Phrase(
              Pattern.compile(
                  "(?:type __ratelimit|__ratelimit|\\w*audit\\w*): (\\d{1,18}) callbacks suppressed"
                      + ".*"),
              Cause.RATE_LIMIT,
              "the kernel wrote only some messages of a kind in a time"),
          new Phrase(
              Pattern.compile("(?:audit: )?audit_lost=(\\d{1,18})\\b.*"),
              Cause.KERNEL,
              "the kernel has lost audit records since it started"),
          new Phrase(
              Pattern.compile("(?:audit: )?(?:audit_)?rate[_ ]limit exceeded.*"),
              Cause.RATE_LIMIT,
              "the kernel made more audit records in a second than it may"),
          new Phrase(
              Pattern.compile(
                  "(?:audit: )?(?:audit_)?backlog[_ ]limit exceeded.*"
                      + "|(?:audit: )?audit_backlog=\\d+ > audit_backlog_limit=\\d+.*"
                      + "|(?:audit: )?kauditd (?:hold|retry|main)? ?queue overflow.*"),
              Cause.BACKLOG,
              "the kernel's queue of audit records was full"),
          new Phrase(
              Pattern.compile(
                  "(?:printk: )?(?:\\*\\* )?(?:(\\d{1,18}) )?(?:printk )?messages dropped.*"
                      + "|/dev/kmsg buffer overrun, some messages lost.*"),
              Cause.RING_BUFFER,
              "the kernel's ring buffer was overwritten before it was read"),
          new Phrase(
              Pattern.compile("Missed (\\d{1,18}) kernel messages.*"),
              Cause.RING_BUFFER,
              "the journal did not get to read the kernel's messages in time"),
          new Phrase(
              Pattern.compile("Suppressed (\\d{1,18}) messages from .*"),
              Cause.JOURNAL,
              "the journal takes only some messages of a service in a time"),
          new Phrase(
              Pattern.compile(
                  "dispatch err(?:or)? .*(?:lost|reporting limit).*"
                      + "|(?:audispd )?queue (?:to plugins )?is full.*drop.*"
                      + "|queue is full - dropping event.*"
                      + "|.*suspending logging.*"),
              Cause.DAEMON,
              "the audit daemon dropped records"));

  private static final byte[] DISABLED = Bytes.of("audit_enabled=0");

  /** No phrase is longer; what comes after it is anything. */
  private static final int LONGEST = 200;

  private Losses() {}

  /**
   * Reads a message.
   *
   * @param blank the line as a record without fields
   * @return {@code null} if it tells of no loss
   */
  static @Nullable Loss read(byte[] bytes, int from, int to, AuditRecord blank) {
    String message =
        SourceText.decode(Arrays.copyOfRange(bytes, from, Math.min(to, from + LONGEST)));
    for (Phrase phrase : PHRASES) {
      Matcher matcher = phrase.pattern.matcher(message);
      if (matcher.matches()) {
        String count = matcher.groupCount() == 0 ? null : matcher.group(1);
        Long number = count == null ? null : Long.valueOf(count);
        return new Loss(blank, phrase.cause, number, phrase.explanation);
      }
    }
    return null;
  }

  /** Returns whether a message may tell of a loss. */
  static boolean isHinted(byte[] bytes, int from, int to) {
    return HINTS.stream().anyMatch(hint -> Bytes.indexOf(bytes, from, to, hint) >= 0);
  }

  /** Returns the loss if a record of a change of audit's configuration switches it off. */
  static @Nullable Loss disabled(byte[] bytes, int from, int to, AuditRecord blank) {
    return Bytes.indexOf(bytes, from, to, DISABLED) < 0
        ? null
        : new Loss(blank, Cause.DISABLED, null, "auditing was switched off");
  }

  static Loss truncated(AuditRecord record) {
    return new Loss(record, Cause.TRUNCATED, null, "the end of this record is missing");
  }

  static Loss withoutMessage(AuditRecord record) {
    return new Loss(
        record, Cause.JOURNAL, 1L, "a long message was left out; journalctl --all prints it");
  }

  static Loss endless(AuditRecord record) {
    return new Loss(record, Cause.TRUNCATED, null, "the end of the compressed file is missing");
  }

  static Loss gap(AuditRecord record, long first, long last) {
    String which =
        first == last ? "serial " + first + " is" : "serials " + first + " to " + last + " are";
    return new Loss(
        record,
        Cause.GAP,
        last - first + 1,
        which + " not in this log: lost, or left out by whoever made it");
  }
}
