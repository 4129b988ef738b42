package io.github.apparmor4j.audit;

import io.github.apparmor4j.audit.AuditEvent.Loss;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Finds numbers of audit records that are missing. A kernel numbers its events from 1 on, and
 * writes them nearly in order: a number that is passed over may still come within the next lines.
 */
final class Serials {

  /** After so many lines a number doesn't come any more. */
  private static final int PATIENCE = 1000;

  /** The most gaps that are waited for. */
  private static final int MOST_GAPS = 100;

  /** The most hosts in a log; of those that were longest silent the numbers are forgotten. */
  private static final int MOST_HOSTS = 200;

  /** Numbers that so many are below the last are a new start's, whatever the clock says. */
  private static final long START = 100_000;

  private final Map<String, Host> hosts = new LinkedHashMap<>(16, 0.75f, true);
  private String lastName = "";
  private Host last = new Host();
  private long lines;

  /** A run of missing numbers, both ends included, and the line where they were missed. */
  private record Gap(long first, long last, long line, AuditRecord record) {}

  private static final class Host {
    private long serial = -1;
    private long seconds;
    private int millis;
    private final Deque<Gap> gaps = new ArrayDeque<>();

    private boolean isLater(AuditRecord.Id id) {
      return id.seconds() > seconds || (id.seconds() == seconds && id.millis() > millis);
    }
  }

  Serials() {
    hosts.put("", last);
  }

  /**
   * Takes note of a record.
   *
   * @param host its host; empty if the log doesn't say
   * @param blank gives the line without its fields
   * @param losses gets the gaps that are certain by now
   */
  void see(
      String host, AuditRecord.Id id, Supplier<AuditRecord> blank, Consumer<? super Loss> losses) {
    lines++;
    if (!Objects.equals(host, lastName)) {
      lastName = host;
      last = hosts.computeIfAbsent(host, name -> new Host());
      forget(losses);
    }
    Host seen = last;
    long serial = id.serial();
    if (serial > seen.serial) {
      if (seen.serial >= 0 && serial > seen.serial + 1) {
        seen.gaps.add(new Gap(seen.serial + 1, serial - 1, lines, blank.get()));
      }
      seen.serial = serial;
      seen.seconds = id.seconds();
      seen.millis = id.millis();
    } else if (serial < seen.serial && !fill(seen, serial)) {
      if (seen.isLater(id) || serial < seen.serial - START) {
        flush(seen, losses); // the machine was started again
        seen.serial = serial;
        seen.seconds = id.seconds();
        seen.millis = id.millis();
      }
    }
    while (!seen.gaps.isEmpty()
        && (seen.gaps.size() > MOST_GAPS || seen.gaps.getFirst().line < lines - PATIENCE)) {
      report(seen.gaps.removeFirst(), losses);
    }
  }

  private void forget(Consumer<? super Loss> losses) {
    if (hosts.size() > MOST_HOSTS) {
      Iterator<Host> silent = hosts.values().iterator();
      flush(silent.next(), losses);
      silent.remove();
    }
  }

  /** Takes a number that came late out of its gap; returns whether it was missing. */
  private static boolean fill(Host host, long serial) {
    List<Gap> parts = new ArrayList<>();
    boolean found = false;
    for (Iterator<Gap> each = host.gaps.iterator(); each.hasNext(); ) {
      Gap gap = each.next();
      if (!found && gap.first <= serial && serial <= gap.last) {
        found = true;
        each.remove();
        if (gap.first < serial) {
          parts.add(new Gap(gap.first, serial - 1, gap.line, gap.record));
        }
        if (serial < gap.last) {
          parts.add(new Gap(serial + 1, gap.last, gap.line, gap.record));
        }
      }
    }
    if (!parts.isEmpty()) {
      List<Gap> all = new ArrayList<>(host.gaps);
      all.addAll(parts);
      all.sort((a, b) -> Long.compare(a.first, b.first));
      host.gaps.clear();
      host.gaps.addAll(all);
    }
    return found;
  }

  /** Reports what is still missing at the end. */
  void end(Consumer<? super Loss> losses) {
    hosts.values().forEach(host -> flush(host, losses));
  }

  private static void flush(Host host, Consumer<? super Loss> losses) {
    host.gaps.forEach(gap -> report(gap, losses));
    host.gaps.clear();
  }

  private static void report(Gap gap, Consumer<? super Loss> losses) {
    losses.accept(Losses.gap(gap.record, gap.first, gap.last));
  }
}
