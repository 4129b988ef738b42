package io.github.apparmor4j.aa;

import static io.github.apparmor4j.aa.Tool.aa;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.aa.Tool.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aa ask}, {@code aa diff} and {@code aa assert}, as they are typed. */
class AaAskTest {

  @TempDir private Path directory = Path.of("");

  private String in = "";

  @BeforeEach
  void host() throws IOException {
    Path host = Files.createDirectory(directory.resolve("host"));
    in = host.toString();
    Files.writeString(
        host.resolve("web"),
        "profile web /usr/sbin/web {\n  /srv/** rw,\n  /etc/cron.d/web w,\n  /bin/* px,\n}\n");
    Files.writeString(
        host.resolve("sh"),
        "profile sh /bin/sh {\n  /srv/bin/* rix,\n  change_profile -> unconfined,\n}\n");
    Files.writeString(host.resolve("any"), "profile any /opt/any flags=(unconfined) { }\n");
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private static JsonNode json(String... arguments) throws IOException {
    return new ObjectMapper().readTree(aa("", arguments).out());
  }

  @Test
  void whoAndWhat() throws IOException {
    Run run = aa("", "ask", "who", "file w /etc/**", "--in", in);
    assertThat(run.out())
        .isEqualTo(
            "web\tfile w\t/etc/cron.d/web\tfile w /etc/cron.d/web\t"
                + in
                + "/web:3\n1 profiles confine nothing:\tany\n");
    assertThat(run.status()).isZero();
    assertThat(aa("", "ask", "what", "sh", "file r /etc/**", "--in", in).status()).isEqualTo(1);
    JsonNode who = json("ask", "who", "file r /srv/**", "--json", "--in", in);
    assertThat(who.path("schema").asText()).isEqualTo("aa-ask-who/1");
    assertThat(who.path("grants")).hasSize(2);
    JsonNode web = who.path("grants").path(1);
    assertThat(web.path("paths").path("exact").asBoolean()).isTrue();
    assertThat(web.path("paths").path("inner").path(0).asText()).isEqualTo("/srv/**");
    assertThat(web.path("rules").path(0).path("rule").asText()).isEqualTo("/srv/** rw,");
    assertThat(web.path("rules").path(0).path("place").path("line").asInt()).isEqualTo(2);
    assertThat(who.path("confining_nothing").path(0).asText()).isEqualTo("any");
  }

  @Test
  void whichReachEscapeAndFlow() throws IOException {
    assertThat(aa("", "ask", "which", "/bin/sh", "--in", in).out())
        .isEqualTo("sh\t7\t-\tattaches\n");
    Run escape = aa("", "ask", "escape", "--from", "web", "--in", in);
    assertThat(escape.out())
        .contains("web -> sh [exec owner /bin/sh; ", "-> unconfined [change_profile unconfined; ")
        .contains("forbid\t");
    assertThat(aa("", "ask", "escape", "--from", "nobody", "--in", in).status()).isEqualTo(2);
    assertThat(aa("", "ask", "escape", "--from", "any", "--in", in).status()).isZero();
    assertThat(aa("", "ask", "reach", "web", "--dot", "--in", in).out())
        .contains("\"web\" -> \"sh\" [label=\"exec\"];");
    assertThat(aa("", "ask", "flow", "web", "sh", "--in", in).out())
        .isEqualTo("mrx\t/srv/bin/*\tfile mrx /srv/bin/a\n");
    assertThat(aa("", "ask", "escape", "--from", "sh", "--json", "--in", in).out())
        .contains("\"schema\" : \"aa-ask-paths/1\"", "\"cut\" : [");
  }

  @Test
  void filesWithErrorsAreSaid() throws IOException {
    Files.writeString(Path.of(in, "bad"), "profile bad { /a q, }\n");
    Run run = aa("", "ask", "who", "file w /etc/**", "--in", in);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errors()).contains("permissions 'q'", "files with errors were left out");
    assertThat(aa("", "ask", "who", "file q /etc/**", "--in", in).status()).isEqualTo(2);
  }

  @Test
  void diffSaysWhatWidens() throws IOException {
    String old = file("old", "profile p {\n  /srv/** r,\n}\n");
    String wide = file("new", "profile p {\n  /srv/** rw,\n}\n");
    Run run = aa("", "diff", "--fail-on", "widened", old, wide);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .isEqualTo("widened\tp\tfile w\t/srv/**\tfile w /srv/a\t" + wide + ":2\nwider\n");
    assertThat(aa("", "diff", "--fail-on", "widened", wide, old).status()).isZero();
    assertThat(aa("", "diff", wide, old).out())
        .contains("narrowed\tp\tfile w")
        .endsWith("narrower\n");
    assertThat(aa("", "diff", old, old).out()).isEqualTo("equal\n");
    String files = file("files", "/srv/a\n/srv/b\n/etc/c\n");
    JsonNode json = json("diff", "--json", "--universe", files, old, wide);
    assertThat(json.path("verdict").asText()).isEqualTo("wider");
    assertThat(json.path("changes").path(0).path("files").path("affected").asInt()).isEqualTo(2);
    assertThat(json.path("diagnostics").path(0).path("code").asText()).isEqualTo("AA-ASK-0006");
    assertThat(aa("", "diff", "--sarif", old, wide).out()).contains("AA-ASK-0006");
    assertThat(aa("", "diff", "--markdown", old, wide).out())
        .contains("**wider**", "| :warning: widened | `p` | `file w` | `/srv/**` |");
  }

  @Test
  void diffOfOneFileForTwoKernels() throws IOException {
    String file = file("p", "profile p {\n  userns,\n  io_uring sqpoll,\n}\n");
    Run run = aa("", "diff", "--features", "6.1", "--old-features", "7.2", file);
    assertThat(run.out()).contains("widened\tp\tio_uring");
    String block = file("b", "profile p {\n  audit { deny /a r, }\n}\n");
    assertThat(aa("", "diff", "--old-semantics", "5.0", block).out())
        .contains("narrowed\tp\tfile r\t/a\t");
  }

  @Test
  void assertTellsTruth() throws IOException {
    String good = file("good", "never file w /etc/passwd\nmust file r /srv/** by web\n");
    assertThat(aa("", "assert", good, in).status()).isZero();
    String bad = file("bad", "never file w /etc/cron.d/** except sh\n");
    Run run = aa("", "assert", bad, in);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("web may: file w /etc/cron.d/web", "[AA-ASK-0001]");
    assertThat(aa("", "assert", file("odd", "nver file w /a\n"), in).status()).isEqualTo(2);
    assertThat(json("assert", "--json", bad, in).path("schema").asText()).isEqualTo("aa-assert/1");
  }

  @Test
  void coverageOfALog() throws IOException {
    String log =
        file(
            "audit.log",
            """
            type=AVC msg=audit(1700000000.001:1): apparmor="AUDIT" operation="open" profile="sh" name="/srv/bin/a" pid=1 comm="sh" requested_mask="r" fsuid=0 ouid=0
            type=AVC msg=audit(1700000000.002:2): apparmor="DENIED" operation="open" profile="sh" name="/etc/x" pid=1 comm="sh" requested_mask="r" denied_mask="r" fsuid=0 ouid=0
            """);
    Run run = aa("", "coverage", "--in", in, log);
    assertThat(run.out())
        .isEqualTo(
            "used 1\tsh\t/srv/bin/* rix,\t"
                + in
                + "/sh:2\nunused\tsh\tchange_profile -> unconfined,\t"
                + in
                + "/sh:3\nrefused 1\tsh\tfile r owner /etc/x\tadd 'owner /etc/x r,'\n");
    assertThat(run.status()).isZero();
    assertThat(json("coverage", "--json", "--in", in, log).path("profiles")).hasSize(1);
  }

  @Test
  void decideExplains() throws IOException {
    Run run = aa("file w /etc/x\n", "decide", "--explain", "--profile", "web", in + "/web");
    assertThat(run.out()).isEqualTo("deny\tlogged\t-\n\tadd '/etc/x w,'\n");
  }

  @Test
  void peers() throws IOException {
    String file =
        file(
            "peers",
            """
            profile a { signal send set=term peer=b, }
            profile b { signal receive set=(term hup) peer=a, }
            """);
    assertThat(aa("", "ask", "peers", "a", "b", "--in", file).out().lines())
        .containsExactly(
            "refused\tsignal send hup\ta",
            "allowed\tsignal send term\t-",
            "allowed\tdbus send\t-"); // which Debian's 6.12 doesn't mediate
  }
}
