package io.github.apparmor4j.aa;

import static io.github.apparmor4j.aa.Tool.aa;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.aa.Tool.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AaEventsTest {

  private static final String DENIED =
      "type=AVC msg=audit(1795395400.720:14): apparmor=\"DENIED\" operation=\"open\" class=\"file\""
          + " profile=\"web\" name=\"/etc/shadow\" pid=168 comm=\"sh\" requested_mask=\"r\""
          + " denied_mask=\"r\" fsuid=0 ouid=0\n";

  private static final String AUDITED =
      "type=AVC msg=audit(1795395401.000:15): apparmor=\"AUDIT\" operation=\"capable\""
          + " profile=\"other//hat\" pid=7 comm=\"runc:[2:INIT]\" capability=21"
          + " capname=\"sys_admin\"\n";

  private static final String GAP = "type=SYSCALL msg=audit(1795395402.000:19): arch=c000003e\n";

  private static final String ODD = "type=AVC msg=audit(x): apparmor=\"DENIED\"\n";

  @TempDir private Path directory = Path.of("");

  @Test
  void printsATable() {
    Run run = aa(DENIED + AUDITED + GAP + ODD, "events");
    assertThat(run.out().lines())
        .containsExactly(
            "2026-11-23T00:56:40.720Z\tdenied\tweb\topen\tfile r owner /etc/shadow\tsh[168]\t",
            "2026-11-23T00:56:41Z\taudit\tother//hat\tcapable\tcapability sys_admin"
                + "\trunc:[2:INIT][7]\truntime,speculative",
            "-\tunreadable\tid\ttype=AVC msg=audit(x): apparmor=\"DENIED\"\tstandard input:4");
    assertThat(run.errors().lines())
        .containsExactly(
            "aa: lines of AppArmor's that could not be read: 1",
            "aa: records that are not in these logs, lost or left out: 3");
    assertThat(run.status()).isZero();
    assertThat(aa(DENIED + ODD, "events", "--strict", "-").status()).isEqualTo(3);
    assertThat(aa(DENIED + GAP, "events", "--strict", "-").status()).isEqualTo(3);
    assertThat(aa(DENIED, "events", "--strict", "-").status()).isZero();
  }

  @Test
  void filters() {
    assertThat(aa(DENIED + AUDITED, "events", "--denied").out()).hasLineCount(1);
    assertThat(aa(DENIED + AUDITED, "events", "--profile", "other").out())
        .hasLineCount(1)
        .contains("other//hat");
    assertThat(aa(DENIED + AUDITED, "events", "--profile", "oth").out()).isEmpty();
    assertThat(aa(DENIED + AUDITED, "events", "--since", "2026-11-23T00:56:41Z").out())
        .hasLineCount(1);
    assertThat(aa(DENIED, "events", "--since", "2026-11-22").out()).hasLineCount(1);
    assertThat(aa(DENIED, "events", "--since", "2026-11-25T10:00").out()).isEmpty();
    assertThat(aa(DENIED, "events", "--since", "2026-11-22T10:00+01:00").out()).hasLineCount(1);
    assertThat(aa(DENIED, "events", "--since", "yesterday").status()).isEqualTo(2);
    // A loss may be of any profile.
    assertThat(aa("[ 1.2] audit: 7 callbacks suppressed\n", "events", "--profile", "web").out())
        .startsWith("-\tlost\trate_limit\t7, the kernel wrote only");
  }

  @Test
  void printsObjects() throws IOException {
    ObjectMapper json = new ObjectMapper();
    Run run =
        aa(
            DENIED.replace("pid=168", "pid=168 later=\"x\" time=\"forged\"") + GAP + ODD,
            "events",
            "--json");
    JsonNode event = json.readTree(run.out().lines().toList().get(0));
    assertThat(event.get("schema").asText()).isEqualTo("aa-events/1");
    assertThat(event.get("verdict").asText()).isEqualTo("denied");
    assertThat(event.get("class").asText()).isEqualTo("file");
    assertThat(event.get("time").asText()).isEqualTo("1795395400720000000");
    assertThat(event.get("time").isTextual()).isTrue();
    assertThat(event.get("serial").asLong()).isEqualTo(14);
    assertThat(event.get("pid").isNumber()).isTrue();
    assertThat(event.get("apparmor").asText()).isEqualTo("DENIED");
    assertThat(event.get("name").asText()).isEqualTo("/etc/shadow");
    assertThat(event.get("later").asText()).isEqualTo("x");
    assertThat(event.at("/aa/event").asText()).isEqualTo("file");
    assertThat(event.at("/aa/accesses/0").asText()).isEqualTo("file r owner /etc/shadow");
    assertThat(run.out().lines().map(line -> at(json, line, "/aa/event")))
        .containsExactly("file", "unreadable", "loss");
    assertThat(run.out().lines().map(line -> at(json, line, "/aa/count")))
        .containsExactly("", "", "4");
    JsonNode old =
        json.readTree(
            aa(
                    "[1.2] type=1503 audit(1.000:1): operation=\"capable\" name=\"setuid\"\n",
                    "events",
                    "--json")
                .out());
    assertThat(old.get("class").asText()).isEqualTo("cap");
  }

  private static String at(ObjectMapper json, String line, String pointer) {
    try {
      return json.readTree(line).at(pointer).asText();
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  /** Whoever can name a file can write into a log. */
  @Test
  void nothingIsForged() {
    // ESC, CSI of C1, a line feed, a tab, bytes that aren't UTF-8, and a name in Hebrew's direction
    String name = "1B5B33316D0A09C29B324AFFE280AE22";
    String line = DENIED.replace("\"/etc/shadow\"", "2F" + name).replace("\"sh\"", name);
    Run text = aa(line, "events");
    assertThat(text.out().lines()).hasSize(1);
    assertThat(text.out().chars().filter(c -> c == '\t').count()).isEqualTo(6);
    assertThat(text.out().replaceAll("[\\n\\t]", "").chars()).noneMatch(c -> c < ' ' || c == 0x7f);
    Run json = aa(line, "events", "--json");
    assertThat(json.out().lines()).hasSize(1);
    assertThat(json.out().strip().chars()).allMatch(c -> c >= ' ' && c < 0x7f);
    assertThat(json.out()).containsIgnoringCase("\\udcff");
  }

  @Test
  void readsFiles() throws IOException {
    Path log = directory.resolve("audit.log");
    Files.writeString(log, AUDITED);
    Files.writeString(directory.resolve("audit.log.1"), DENIED);
    assertThat(aa("", "events", "--rotated", log.toString()).out().lines())
        .hasSize(2)
        .first()
        .asString()
        .contains("denied");
    assertThat(aa("", "events", log.toString(), directory.resolve("audit.log.1").toString()).out())
        .hasLineCount(2);
    assertThat(aa(DENIED, "events", log.toString(), "-").out()).hasLineCount(2);
    assertThat(aa("", "events", directory.toString()).status()).isEqualTo(2);
    Run missing = aa("", "events", "--rotated", directory.resolve("no").toString());
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.errors()).contains("No such file or directory");
  }
}
