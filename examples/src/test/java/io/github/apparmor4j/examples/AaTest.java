package io.github.apparmor4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.kernel.Availability;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AaTest {

  @TempDir private Path directory = Path.of("");

  private record Run(int status, String out, String errors) {}

  private static Run aa(String input, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream stdout = System.out;
    PrintStream stderr = System.err;
    InputStream stdin = System.in;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      int status = Aa.run(arguments);
      return new Run(
          status, out.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(stdout);
      System.setErr(stderr);
      System.setIn(stdin);
    }
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @Test
  void checkReportsEveryProblemWithItsPlace() throws IOException {
    String good = file("good", "profile good { /a r, }\n");
    String bad =
        file("bad", "profile bad {\n  include <broken>\n  /a q,\n  capability killl,\n}\n");
    file("broken", "/x @{none} r,\n/y@{none} r,\n");
    Run run = aa("", "check", "-b", directory.toString(), good, bad);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .isEqualTo(
            "ok\t"
                + good
                + "\n"
                + "error\t"
                + bad
                + "\t3:6: permissions 'q': unknown permission 'q'\n"
                + "error\t"
                + bad
                + "\t4:14: unknown capability 'killl'\n"
                + "error\t"
                + bad
                + "\t"
                + directory
                + "/broken:1:4: permissions '@{none}': unknown permission '@'\n"
                + "error\t"
                + bad
                + "\t"
                + directory
                + "/broken:2:1: undefined variable @{none}\n");
  }

  @Test
  void checkCanStopAfterParsing() throws IOException {
    String file = file("p", "include <nowhere>\nprofile p { }\n");
    assertThat(aa("", "check", "--parse-only", file).status()).isZero();
    assertThat(aa("", "check", "-b", directory.toString(), file).out())
        .isEqualTo("error\t" + file + "\t1:1: can't find nowhere\n");
  }

  @Test
  void checkWarnsAndWritesSarif() throws IOException {
    String file = file("p", "profile p {\n  /** rw,\n  /a r,\n}\n");
    assertThat(aa("", "check", "--warn", file).out().lines())
        .containsExactly(
            "warning\t" + file + "\t3:3: does nothing more than '/** rw,' at " + file + ":2:3",
            "warning\t" + file + "\t2:3: dangerous: writes every file that no rule denies",
            "ok\t" + file);
    assertThat(aa("", "check", "--sarif", file).out())
        .startsWith("{\"$schema\":")
        .contains("\"ruleId\":\"AA-CHECK-0025\"")
        .contains("\"startLine\":2,\"startColumn\":3");
  }

  @Test
  void fmtWritesCanonicalText() throws IOException {
    String file = file("p", "/bin/x   (complain) {# why\n/a    wr,\n}");
    assertThat(aa("", "fmt", "--check", file)).isEqualTo(new Run(1, file + "\n", ""));
    assertThat(aa("", "fmt", file)).isEqualTo(new Run(0, "", ""));
    assertThat(Files.readString(Path.of(file)))
        .isEqualTo("profile /bin/x flags=(complain) {  # why\n  /a rw,\n}\n");
    assertThat(aa("", "fmt", "--check", file)).isEqualTo(new Run(0, "", ""));
  }

  @Test
  void compileWritesAPolicy() throws IOException {
    String file = file("p", "profile p { /a r, }\n");
    Path out = directory.resolve("p.bin");
    assertThat(aa("", "compile", "-o", out.toString(), file).status()).isZero();
    assertThat(Files.readAllBytes(out))
        .startsWith(4, 8, 0, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0, 2, 7, 0x20, 0x20, 0);
  }

  @Test
  void decideNamesTheRules() throws IOException {
    String file =
        file(
            "p",
            """
            profile p {
              /a/** r,
              /a/b rw,
              deny /a/s r,
              audit deny capability sys_module,
              network inet stream,
              link /l -> /a/b,
            }
            """);
    String questions =
        """
        file r /a/b
        file rw /a/b
        file w /a/c
        file r /a/s
        file l owner /l -> /a/b
        capability sys_module
        network inet stream
        network inet dgram
        file r "/a/with blank"
        umount /x/
        """;
    Run run = aa(questions, "decide", "--profile", "p", file);
    assertThat(run.out())
        .isEqualTo(
            """
            allow\tsilent\tF:2,F:3
            allow\tsilent\tF:2,F:3
            deny\tlogged\t-
            deny\tsilent\tF:4
            allow\tsilent\tF:7
            deny\tlogged\tF:5
            allow\tsilent\tF:6
            deny\tlogged\t-
            allow\tsilent\tF:2
            deny\tlogged\t-
            """
                .replace("F", file));
  }

  @Test
  void enabledSaysWhyNot() {
    Run run = aa("", "enabled");
    boolean enabled = SecurityFsKernel.availability() == Availability.ENABLED;
    assertThat(run.status()).isEqualTo(enabled ? 0 : 1);
    assertThat(run.out()).startsWith(enabled ? "Yes" : "No - ");
  }

  @Test
  void aWrongCallIsStatus2() throws IOException {
    assertThat(aa("", "check").status()).isEqualTo(2);
    assertThat(aa("", "nothing").status()).isEqualTo(2);
    String file = file("p", "profile p { }\n");
    assertThat(aa("", "decide", "--profile", "q", file).status()).isEqualTo(2);
    assertThat(aa("what is this", "decide", "--profile", "p", file).status()).isEqualTo(2);
  }
}
