package io.github.apparmor4j.aa;

import static io.github.apparmor4j.aa.Tool.aa;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.aa.Tool.Run;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.kernel.PolicyCache;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aa parser} beside {@code apparmor_parser}. */
class AaParserTest {

  private static final Map<String, String> FILES =
      Map.ofEntries(
          Map.entry("p", "profile p1 { profile child { /a r, } /b r, }\nprofile a { }\n"),
          Map.entry("bad", "profile bad {\n  /a q,\n}\n"),
          Map.entry("badinclude", "profile x {\n  include <broken>\n}\n"),
          Map.entry("base/broken", "\n\n/a q,\n"),
          Map.entry("base/abstractions/one", "# one\n/one r,\n"),
          Map.entry("base/abstractions/two", "include <abstractions/one>\n/two r,\n"),
          Map.entry(
              "inc",
              """
              profile inc {
                include <abstractions/two>
                include <abstractions/one>
                include if exists <none>
                /own r, }
              """),
          Map.entry("missing", "profile m {\n include <none>\n}\n"),
          Map.entry("off", "profile off { }\n"),
          Map.entry("base/disable/off", ""),
          Map.entry("ns", "profile :other:n { }\n"),
          Map.entry("ring", "profile u { mqueue, }\n"),
          Map.entry("dir/a", "profile da { }\n"),
          Map.entry("dir/b.rpmnew", "profile no { }\n"),
          Map.entry("dir/sub/c", "profile no { }\n"),
          Map.entry("conf", "# comment\nskip-kernel-load\n\nabort-on-error\n"),
          Map.entry("conf2", "Werror=config\nwarn=no-config\n"),
          Map.entry("empty", ""),
          Map.entry("unclosed", "profile z {\n  /x r,\n"),
          Map.entry("base/relative", "/x r,\n"),
          Map.entry("quoted", "profile z {\n  include \"relative\"\n}\n"),
          Map.entry("caches/one.0/p", ""),
          Map.entry("undef", "profile z {\n /@{x} r,\n}\n"),
          Map.entry("twice", "profile z { }\nprofile z { }\n"),
          Map.entry("own", "abi <kernel>,\nprofile z { change_profile -> &b, }\n"),
          Map.entry("path", "/bin/x {\n  /x r,\n}\n"),
          Map.entry("exec", "profile z {\n/** ix,\n/** px,\n}\n"));

  private static final String ANSWERS = "io/github/apparmor4j/aa/apparmor_parser-5.0.2.txt";

  private static final String SCRIPTS_LOOK_FOR =
      "(AppArmor parser error|File|Skipping|Invalid|Failed to (load|clear)|Failed setting|Too many"
          + "|Warning.* (config file|[Cc]ache|Caching|deprecated)|Cache |Cache: |Wrote cache).*";

  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void writeFiles() throws IOException {
    for (Map.Entry<String, String> file : FILES.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Files.writeString(directory.resolve("kernel"), Features.LINUX_6_1.toText());
    Files.writeString(directory.resolve("policy"), Features.LINUX_6_12.toText());
  }

  /**
   * A call of {@code apparmor_parser} 5.0.2, and what it did.
   *
   * @param line its command line; {@code <} and a file for standard input
   * @param errors lines of standard error in the forms that scripts look for, without what is said
   *     behind a line's number
   */
  private record Call(String line, int status, String out, List<String> errors) {

    /** Reads the calls of the resource. */
    static List<Call> all() throws IOException {
      String text;
      try (InputStream in = Call.class.getClassLoader().getResourceAsStream(ANSWERS)) {
        assertThat(in).isNotNull();
        text = new String(in.readAllBytes(), UTF_8);
      }
      List<Call> calls = new ArrayList<>();
      for (String section : text.substring(2).split("\n\\$ ", -1)) {
        List<String> lines = section.lines().toList();
        List<String> out = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        for (String line : lines.subList(2, lines.size())) {
          if (line.startsWith("! ")) {
            errors.add(line.substring(2));
          } else {
            out.add(line + "\n");
          }
        }
        int status = Integer.parseInt(lines.get(1).substring("status ".length()));
        calls.add(new Call(lines.get(0), status, String.join("", out), errors));
      }
      return calls;
    }

    static Call of(String line, Run run, Path directory) {
      List<String> errors =
          run.errors()
              .replace(directory + "/", "")
              .lines()
              .map(error -> error.replaceFirst("^\\S*(apparmor_parser|aa parser): ", ""))
              .filter(error -> error.matches(SCRIPTS_LOOK_FOR))
              .map(error -> error.replaceFirst(": \\S*(apparmor_parser|aa parser): ", ": "))
              .map(error -> error.replaceFirst("(at line \\d+): .*", "$1"))
              .toList();
      return new Call(line, run.status(), run.out().replace(directory + "/", ""), errors);
    }

    /** Returns the call as it is written in the resource. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("$ " + line + "\nstatus " + status + "\n" + out);
      errors.forEach(error -> text.append("! ").append(error).append('\n'));
      return text.toString().stripTrailing();
    }

    String standardInput() {
      int at = line.indexOf('<');
      return at < 0 ? "" : FILES.getOrDefault(line.substring(at + 1), "");
    }

    /** Returns the options and files, with more options if these are not about the options. */
    List<String> arguments() {
      List<String> all =
          new ArrayList<>(
              List.of("-b", "base", "--kernel-features=kernel", "--policy-features=policy"));
      if (!line.contains("--config-file")) {
        all.add("--config-file=empty");
      }
      all.addAll(Stream.of(line.replaceFirst("<.*", "").split(" ", -1)).toList());
      all.remove("");
      return all;
    }
  }

  @Test
  void doesWhatTheReferenceDoes() throws IOException {
    for (Call call : Call.all()) {
      List<String> arguments = new ArrayList<>(List.of("parser"));
      for (String argument : call.arguments()) {
        String option = argument.startsWith("--") ? argument.replaceFirst("=.*", "=") : "";
        String value = argument.substring(option.length());
        arguments.add(
            option
                + Stream.of(value.split(",", -1))
                    .map(this::placed)
                    .collect(Collectors.joining(",")));
      }
      Call ours =
          Call.of(call.line, aa(call.standardInput(), arguments.toArray(String[]::new)), directory);
      assertThat(new Call(call.line, ours.status, ours.out, List.of()))
          .isEqualTo(new Call(call.line, call.status, call.out, List.of()));
      assertThat(ours.errors).as(call.line).containsAll(call.errors);
    }
  }

  /** Returns the path of what may be the name of a file. */
  private String placed(String name) {
    Path file = directory.resolve(name);
    boolean is = !name.isEmpty() && (Files.exists(file) || name.equals("nothing"));
    return is ? file.toString() : name;
  }

  @Test
  @Tag("differential")
  void theReferenceStillDoesThat() throws Exception {
    Path finder =
        Path.of(System.getProperty("apparmor.shared", "../../shared"), "tools/reference-parser");
    assumeTrue(Files.exists(finder), "no " + finder + " (property apparmor.shared)");
    String reference = run(List.of(finder.toString()), Path.of("."), "").out().strip();
    List<Call> found = new ArrayList<>();
    for (Call call : Call.all()) {
      List<String> command = new ArrayList<>(List.of(reference));
      command.addAll(call.arguments());
      Run run = run(command, directory, call.standardInput());
      found.add(Call.of(call.line, run, directory));
    }
    if (Boolean.getBoolean("golden.update")) {
      String text = String.join("\n", found.stream().map(Call::toString).toList()) + "\n";
      Files.writeString(Path.of("src/test/resources").resolve(ANSWERS), text);
    }
    assertThat(found).isEqualTo(Call.all());
  }

  private static Run run(List<String> command, Path directory, String input) throws Exception {
    Path in = Files.createTempFile("aa", ".in");
    Path errors = Files.createTempFile("aa", ".err");
    try {
      Files.writeString(in, input);
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(in.toFile())
              .redirectError(Redirect.to(errors.toFile()))
              .start();
      String out = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
      return new Run(process.waitFor(), out, Files.readString(errors));
    } finally {
      Files.delete(in);
      Files.delete(errors);
    }
  }

  private Run parser(EmbeddedKernel kernel, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "-b",
                directory.resolve("base").toString(),
                "--config-file=" + directory.resolve("empty")));
    all.addAll(List.of(arguments));
    return Tool.parser(kernel, "", all.toArray(String[]::new));
  }

  @Test
  void loadsReplacesAndRemoves() throws IOException {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    String p = directory.resolve("p").toString();
    assertThat(parser(kernel, p)).isEqualTo(new Run(0, "", ""));
    assertThat(kernel.profiles())
        .extracting(LoadedProfile::toString)
        .containsExactlyInAnyOrder("a (enforce)", "p1 (enforce)", "p1//child (enforce)");
    Run again = parser(kernel, p);
    assertThat(again.status()).isEqualTo(1);
    assertThat(again.errors()).contains("EEXIST");
    assertThat(parser(kernel, "-rCv", "-n", "sub", p).out())
        .isEqualTo(
            """
            Replacement succeeded for "a".
            Replacement succeeded for "child".
            Replacement succeeded for "p1".
            """);
    assertThat(kernel.profiles())
        .extracting(LoadedProfile::toString)
        .contains(":sub:p1//child (complain)", "p1//child (enforce)");
    assertThat(parser(kernel, "-R", p).status()).isZero();
    assertThat(kernel.profiles()).hasSize(3).allMatch(loaded -> loaded.name().startsWith(":sub:"));
    assertThat(parser(kernel, "-R", p).status()).isEqualTo(1);
    assertThat(parser(kernel, "-Q", "-r", p).status()).isZero();
    assertThat(kernel.profiles()).hasSize(3);
  }

  @Test
  void writesAndReadsBinaryPolicy() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    Path out = directory.resolve("out");
    String p = directory.resolve("p").toString();
    String off = directory.resolve("ring").toString();
    assertThat(parser(kernel, "-o", out.toString(), p, off).status()).isZero();
    assertThat(kernel.profiles()).isEmpty();
    byte[] policy = Files.readAllBytes(out);
    assertThat(PolicyReader.read(policy, PolicyReader.Kernel.LINUX_6_12))
        .extracting(KernelProfile::name)
        .containsExactly("a", "p1", "p1//child", "u");
    assertThat(parser(kernel, "-S", p, off).out().getBytes(ISO_8859_1)).isEqualTo(policy);
    assertThat(parser(kernel, "-B", "-r", out.toString()).status()).isZero();
    assertThat(kernel.profiles()).hasSize(4);
    Run bad = parser(kernel, "-B", "-r", p);
    assertThat(bad.status()).isEqualTo(1);
    assertThat(bad.errors()).startsWith("AppArmor parser error for " + p);
  }

  @Test
  void binaryPolicyReplacesTheOldOneAsAWhole() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    String p = directory.resolve("p").toString();
    Path out = Files.writeString(directory.resolve("out"), "x".repeat(100_000));
    Path link = Files.createSymbolicLink(directory.resolve("link"), out);
    assertThat(parser(kernel, "-o", link.toString(), p).status()).isZero();
    assertThat(link).isSymbolicLink();
    byte[] policy = Files.readAllBytes(out);
    assertThat(parser(kernel, "-S", p).out().getBytes(ISO_8859_1)).isEqualTo(policy);
    assertThat(parser(kernel, "-o", "/dev/null", p).status()).isZero();
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThat(parser(kernel, "-o", directory.toString(), p).errors())
        .contains("Could not open file " + directory);
  }

  @Test
  void complainsWhereTheDirectoryWantsIt() throws Exception {
    Path forced = Files.createDirectory(directory.resolve("base/force-complain"));
    Files.createFile(forced.resolve("ring"));
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    assertThat(parser(kernel, directory.resolve("ring").toString()).status()).isZero();
    assertThat(kernel.profiles())
        .extracting(LoadedProfile::toString)
        .containsExactly("u (complain)");
  }

  @Test
  void aCachedPolicyIsThatOfTheFile() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    String p = directory.resolve("p").toString();
    String cache = directory.resolve("caches").toString();
    assertThat(parser(kernel, "-W", "-k", "-L", cache, p).errors()).contains("Wrote cache");
    Path other = Files.writeString(directory.resolve("dir/p"), "profile other { }\n");
    Files.setLastModifiedTime(other, FileTime.fromMillis(0));
    assertThat(parser(kernel, "-k", "-L", cache, other.toString()).errors()).contains("miss");
    assertThat(parser(kernel, "-W", "-k", "-n", "x", "-L", cache, p).errors())
        .contains("miss")
        .doesNotContain("Wrote");
    assertThat(kernel.profiles())
        .extracting(LoadedProfile::name)
        .containsExactlyInAnyOrder(
            "a", "p1", "p1//child", "other", ":x:a", ":x:p1", ":x:p1//child");
    byte[] kept =
        Files.readAllBytes(PolicyCache.directory(Path.of(cache), text(kernel)).resolve("p"));
    assertThat(parser(kernel, "-r", "-v", "-k", "-L", cache, p).out())
        .startsWith("Cached reload succeeded for");
    assertThat(kernel.rawData("p1")).hasValue(kept);
  }

  private static String text(EmbeddedKernel kernel) {
    return kernel.features().toText();
  }

  @Test
  void whatIsIncludedMakesPolicyOld() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    Path main = Files.writeString(directory.resolve("m"), "profile m { include <some> }\n");
    Path some = Files.createDirectory(directory.resolve("base/some"));
    Path one = Files.writeString(some.resolve("one"), "/a r,\n");
    for (Path file : List.of(main, one, some)) {
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    }
    String[] call = {"-Q", "-W", "-k", "-L", directory.resolve("caches").toString(), "" + main};
    assertThat(parser(kernel, call).errors()).contains("miss");
    assertThat(parser(kernel, call).errors()).contains("hit");
    Files.setLastModifiedTime(one, FileTime.fromMillis(2000));
    assertThat(parser(kernel, call).errors()).contains("miss");
    assertThat(parser(kernel, call).errors()).contains("hit");
    Files.delete(one);
    Files.setLastModifiedTime(some, FileTime.fromMillis(3000));
    assertThat(parser(kernel, call).errors()).contains("miss");
    assertThat(parser(kernel, call).errors()).contains("hit");
    Path abi = Files.writeString(directory.resolve("base/one"), Features.LINUX_6_1.toText());
    Files.writeString(main, "abi <one>,\nprofile m { }\n");
    Files.setLastModifiedTime(main, FileTime.fromMillis(1000));
    Files.setLastModifiedTime(abi, FileTime.fromMillis(4000));
    assertThat(parser(kernel, call).errors()).contains("miss");
    assertThat(parser(kernel, call).errors()).contains("hit");
  }

  @Test
  void tellsWhoseTablesAreFound() throws Exception {
    String tables = "--dfa-cache-loc=" + directory.resolve("tables");
    String p = directory.resolve("p").toString();
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    assertThat(parser(kernel, "-Q", tables, "--show-dfa-cache", p).errors())
        .contains("DFA cache miss: p1\n");
    Run again = parser(kernel, "-S", tables, "--show-dfa-cache", p);
    assertThat(again.errors()).contains("DFA cache hit: p1\n").doesNotContain("miss");
    assertThat(again.out()).isEqualTo(parser(kernel, "-S", p).out());
  }

  @Test
  void aDirectoryWithALinkThatLeadsNowhereIsAFailure() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    Path dir = directory.resolve("dir");
    Files.createSymbolicLink(dir.resolve("link"), directory.resolve("none"));
    Run run = parser(kernel, "-v", dir.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEqualTo("Addition succeeded for \"da\".\n");
    assertThat(run.errors())
        .isEqualTo("There was an error while loading profiles from " + dir + "\n");
  }

  @Test
  void withoutAKernelNothingCanBeLoaded() {
    assumeTrue(
        !Files.exists(Path.of("/sys/kernel/security/apparmor")), "there is an AppArmor here");
    Run run =
        aa(
            "",
            "parser",
            "--config-file=" + directory.resolve("empty"),
            directory.resolve("p").toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.errors()).startsWith("Warning: unable to find a suitable fs in /proc/mounts");
  }

  @Test
  void warningsAreShownWhenWanted() {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_1();
    String ring = directory.resolve("ring").toString();
    String policy = "--policy-features=" + directory.resolve("policy");
    assertThat(parser(kernel, "-Q", policy, ring)).isEqualTo(new Run(0, "", ""));
    Run warned = parser(kernel, "-Q", policy, "--warn=rule-not-enforced", ring);
    assertThat(warned.status()).isZero();
    assertThat(warned.errors()).startsWith("Warning from " + ring + " (" + ring + " line 1): ");
    assertThat(parser(kernel, "-Q", "--warn=abi", ring).errors()).contains("no abi rule");
    assertThat(parser(kernel, "-Q", "--warn=abi", "--Werror=abi", ring).status()).isEqualTo(1);
    assertThat(parser(kernel, "-Q", "-q", "--warn=abi", ring).errors()).isNotEmpty();
    assertThat(parser(kernel, "-Q", "--warn=abi", "-q", ring).errors()).isEmpty();
    Run fatal = parser(kernel, "-Q", policy, "--Werror=rule-not-enforced", ring);
    assertThat(fatal.status()).isEqualTo(1);
  }
}
