package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.kernel.Confinement.ConfinedProcess;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusReportTest {

  private static final StatusReport REPORT =
      StatusReport.of(
          List.of(
              new LoadedProfile("web", "enforce"),
              new LoadedProfile("/usr/bin/man", "complain"),
              new LoadedProfile(":ns:\"odd\"", "user"),
              new LoadedProfile("free", "unconfined")),
          List.of(
              new ConfinedProcess(12, "/usr/sbin/web", Label.parse("web (enforce)")),
              new ConfinedProcess(7, "/usr/bin/man", Label.parse("unconfined")),
              new ConfinedProcess(8, "/usr/bin/man", Label.parse("/usr/bin/man (complain)")),
              new ConfinedProcess(9, "/usr/bin/free", Label.parse("free (unconfined)")),
              new ConfinedProcess(10, "/usr/bin/x", Label.parse("web//&/usr/bin/man (mixed)")),
              new ConfinedProcess(1, "/sbin/init", Label.parse("unconfined"))));

  @Test
  void printsAsAaStatusDoes() {
    assertThat(REPORT.toText())
        .isEqualTo(
            """
            apparmor module is loaded.
            4 profiles are loaded.
            1 profiles are in enforce mode.
               web
            1 profiles are in complain mode.
               /usr/bin/man
            1 profiles are in prompt mode.
               :ns:"odd"
            0 profiles are in kill mode.
            1 profiles are in unconfined mode.
               free
            5 processes have profiles defined.
            1 processes are in enforce mode.
               /usr/sbin/web (12) web
            1 processes are in complain mode.
               /usr/bin/man (8)\s
            0 processes are in prompt mode.
            0 processes are in kill mode.
            2 processes are unconfined but have a profile defined.
               /usr/bin/free (9) free
               /usr/bin/man (7) unconfined
            1 processes are in mixed mode.
               /usr/bin/x (10) web//&/usr/bin/man
            """);
  }

  @Test
  void writesJsonThatOthersCanRead() {
    assertThat(REPORT.toJson())
        .startsWith(
            "{\"version\": \"2\", \"profiles\": {\"/usr/bin/man\": \"complain\","
                + " \":ns:\\\"odd\\\"\": \"prompt\"")
        .contains(
            "\"/usr/bin/man\": [{\"profile\": \"unconfined\", \"pid\": \"7\", \"status\":"
                + " \"unconfined\"}, {\"profile\": \"/usr/bin/man\", \"pid\": \"8\", \"status\":"
                + " \"complain\"}]")
        .endsWith("}\n");
  }
}
