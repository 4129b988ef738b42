package io.github.apparmor4j.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvariantsTest {

  private static final LocalDate TODAY = LocalDate.of(2026, 11, 28);

  private static final PolicySet HOST =
      PolicySetTest.set(
          """
          profile nginx { /etc/ssl/** r, /etc/cron.d/x w, /bin/sh ux, }
          profile dpkg { /** rw, }
          profile runtime { capability sys_admin, }
          profile legacy { capability sys_admin, }
          """);

  private static List<String> check(String text) {
    Invariants invariants = Invariants.parse(SourceText.of("policy.aa-assert", text));
    assertThat(invariants.problems()).isEmpty();
    return invariants.check(HOST, TODAY).stream()
        .map(each -> each.code() + " " + each.message())
        .toList();
  }

  @Test
  void neverOnlyMustAndGroups() {
    assertThat(
            check(
                """
                # what nobody may
                group @network-facing = nginx, *-proxy
                never  file w /etc/cron.d/**, /etc/ld.so.preload   except dpkg
                never  reach unconfined  by @network-facing
                never  exec unconfined   by dpkg
                only   capability sys_admin by runtime
                must   file r /etc/ssl/** by nginx   # it serves TLS
                must   file r /srv/** by nginx
                must   file r /srv/** by apache
                """))
        .containsExactly(
            "AA-ASK-0001 never-1: nginx may: file w /etc/cron.d/x (p:3:32: /etc/cron.d/x w,)",
            "AA-ASK-0001 never-2: nginx can become unconfined: nginx -> unconfined by exec owner"
                + " /bin/sh (p:3:49: /bin/sh ux,)",
            "AA-ASK-0001 only-1: legacy may: capability sys_admin (p:6:18: capability sys_admin,)",
            "AA-ASK-0001 must-2: nginx may not: file r /srv/a",
            "AA-ASK-0001 there is no such profile");
  }

  @Test
  void aWaiverEnds() {
    String only = "only capability sys_admin by runtime\n";
    assertThat(check(only + "waive only-1 by legacy until 2026-11-28 \"ticket 4711\"\n"))
        .singleElement()
        .asString()
        .startsWith("AA-ASK-0002 legacy may: capability sys_admin")
        .endsWith("waived until 2026-11-28: ticket 4711");
    assertThat(check(only + "waive only-1 by legacy until 2026-11-27 \"ticket 4711\"\n"))
        .extracting(each -> each.substring(0, 11))
        .containsExactly("AA-ASK-0001", "AA-ASK-0005");
  }

  @Test
  void whatGrowsIsAProblem() {
    StringBuilder text = new StringBuilder("group @g0 = a\n");
    for (int i = 1; i < 40; i++) {
      text.append("group @g").append(i).append(" = @g").append(i - 1).append(", @g").append(i - 1);
      text.append('\n');
    }
    text.append("group @h = @h\nnever file w /a by ").append("a".repeat(20_000)).append('\n');
    Invariants invariants = Invariants.parse(SourceText.of("p", text.toString()));
    assertThat(invariants.size()).isZero();
    assertThat(invariants.problems())
        .extracting(Diagnostic::message)
        .contains("more than 10000 names", "more than 10000 characters")
        .contains("there is no group @h before this line");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nver file w /a",
        "only capability sys_admin",
        "never file w",
        "never file w a",
        "must reach unconfined by a",
        "never file w /a by @nobody",
        "waive never-1 by a until tomorrow \"x\"",
        "never capability dance",
      })
  void badLinesAreProblemsWithPlaces(String line) {
    Invariants invariants = Invariants.parse(SourceText.of("p", "never file w /b\n" + line + "\n"));
    assertThat(invariants.size()).isEqualTo(1);
    assertThat(invariants.problems()).extracting(Diagnostic::code).containsExactly("AA-ASK-0004");
    assertThat(invariants.problems().get(0).place().line()).isEqualTo(2);
  }
}
