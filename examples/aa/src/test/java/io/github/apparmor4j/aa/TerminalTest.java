package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.kernel.StatusReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others have named neither ends a line nor controls the terminal, whatever prints it. */
class TerminalTest {

  private static final String EVIL = "\u001b[31mEVIL\u0007\r\u009b2J";

  @TempDir private Path directory = Path.of("");

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @Test
  void commandsPrintNothingThatControls() throws IOException {
    String profiles =
        file(
            EVIL + "\n::error::",
            """
            include <no%1$s>
            profile "p%1$s" "/bin/%1$s" flags=(%1$s) { "%1$s" r, /x@{%1$s} r, bogus%1$s x, }
            """
                .formatted(EVIL));
    String good =
        file("good" + EVIL, "profile \"g%1$s\" { /a r, /a r, @{%1$s} r, }\n".formatted(EVIL));
    String store = Files.createDirectory(directory.resolve("store" + EVIL)).toString();
    Files.writeString(
        Path.of(store, "web" + EVIL), "profile \"web%1$s\" /srv/web { }\n".formatted(EVIL));
    String manifest =
        file(
            "pod" + EVIL + ".yaml",
            """
            kind: Pod
            metadata: {name: "p\\e[31m\\r"}
            spec:
              containers:
              - name: "a\\e[31m\\n"
                securityContext: {appArmorProfile: {type: "Local\\e\\a", localhostProfile: "x\\e"}}
            """);
    String compose =
        file(
            "compose" + EVIL + ".yaml",
            "services:\n  \"web\\e[31m\\n\":\n    image: a\n    security_opt: [\"apparmor=x\\e\"]\n");
    String toml =
        file(
            "config.toml",
            "imports = [\"/x\\u001b[31m\\n\"]\n[plugins.\"a\\u001b\"]\nb = \"\\u0007\"\n");
    List<List<String>> commands =
        List.of(
            List.of("check", profiles, good, "/no/" + EVIL),
            List.of("check", "--warn", good),
            List.of("fmt", "--check", profiles, good),
            List.of("compile", "-o", directory.toString(), profiles),
            List.of("decide", "--profile", "p" + EVIL, profiles),
            List.of("decide", "--profile", "no" + EVIL, good),
            List.of("enforce", "-d", store, "/srv/web"),
            List.of("complain", "-d", store, "web" + EVIL),
            List.of("disable", "--dry-run", "-d", store, "no" + EVIL),
            List.of("kube", "check", manifest),
            List.of("kube", "set", manifest, EVIL, EVIL),
            List.of("docker", "compose", "check", compose),
            List.of("docker", "compose", "check", "/no/" + EVIL),
            List.of("docker", "from-bane", toml),
            List.of("docker", "from-inspect", toml),
            List.of("containerd", "check", "--root=" + directory, "--config=/config.toml"),
            List.of("containerd", "crictl", toml),
            List.of("no-command" + EVIL));
    List<String> wrong = new ArrayList<>();
    for (List<String> command : commands) {
      Tool.Run run = Tool.aa("file r /" + EVIL + "\n", command.toArray(String[]::new));
      assertThat(run.out() + run.errors()).as(command.toString()).isNotEmpty();
      for (String said : List.of(run.out(), run.errors())) {
        // The output is looked at as bytes: C1 controls are two of UTF-8.
        if (said.replace("\n", "")
            .replace("\t", "")
            .codePoints()
            .anyMatch(TerminalTest::controls)) {
          wrong.add(command + ": " + said.replace("\u001b", "<ESC>"));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean controls(int character) {
    return character < ' ' || character == 0x7f;
  }

  @Test
  void noLineIsForged() throws IOException {
    String name = "/tmp/x\n   /usr/bin/forged (1) web";
    String status =
        new StatusReport(List.of(new LoadedProfile(name, "enforce")), List.of()).toText();
    assertThat(status).doesNotContain("\n   /usr/bin/forged");
    assertThat(Tool.aa("", "check", file("a\nok\tforged", "profile p { ")).out())
        .doesNotContain("\nok");
  }

  /** What isn't for people is printed as it is: profiles, policies, JSON, and diagnostics. */
  @Test
  void linesArePrintedInOnePlace() throws IOException {
    // AaParser prints lists of its own words, ProgressBar the bar itself.
    Set<String> others = Set.of("Terminal.java", "AaParser.java", "ProgressBar.java");
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        if (!others.contains(String.valueOf(source.getFileName()))) {
          assertThat(Files.readString(source))
              .as(source.toString())
              .doesNotContainPattern("System\\.(out|err)\\.(println|printf)");
        }
      }
    }
  }
}
