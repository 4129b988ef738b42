package io.github.apparmor4j.aa;

import static io.github.apparmor4j.aa.Tool.aa;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.aa.Tool.Run;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.Availability;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;

class AaTest {

  @TempDir private Path directory = Path.of("");

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
  void fmtKeepsLinksModesAndAttributes() throws IOException {
    Path file = Path.of(file("p", "profile   x { }\n"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    UserDefinedFileAttributeView attributes =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    boolean has = Files.getFileStore(file).supportsFileAttributeView("user");
    if (has) {
      attributes.write("label", ByteBuffer.wrap(new byte[] {1}));
    } else {
      System.out.println("no extended attributes on " + Files.getFileStore(file));
    }
    assertThat(aa("", "fmt", link.toString())).isEqualTo(new Run(0, "", ""));
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("profile x {\n}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(has ? attributes.list() : List.of("label")).containsExactly("label");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("nothing is left").containsExactlyInAnyOrder(file, link);
    }
  }

  @Test
  void compileWritesPoliciesWhateverOneBadFileSays() throws IOException {
    String good = file("p", "profile p { /a r, }\n");
    String bad = file("bad", "profile bad { /a q, }\n");
    Path more = Files.createDirectory(directory.resolve("more"));
    Files.writeString(more.resolve("q"), "profile q { }\n");
    Files.writeString(more.resolve("README"), "not a profile\n");
    Path out = directory.resolve("out");
    Run run = aa("", "compile", "-j2", "-o", out.toString(), good, bad, more.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.errors()).contains("bad:1:18").contains("unknown permission 'q'");
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("p.bin", "q.bin");
    }
    assertThat(Files.readAllBytes(out.resolve("p.bin")))
        .startsWith(4, 8, 0, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0, 2, 7, 0x20, 0x20, 0);
    Run together = aa("", "compile", good, more.toString());
    byte[] p = Files.readAllBytes(out.resolve("p.bin"));
    byte[] q = Files.readAllBytes(out.resolve("q.bin"));
    assertThat(together.out()).isEqualTo(latin1(p) + latin1(q));
    assertThat(aa("", "compile", "-o", out.toString(), good, more.resolve("p").toString()).status())
        .isEqualTo(1);
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Test
  void compileCanBeStrict() throws IOException {
    String file = file("p", "profile p { mqueue, }\n");
    String kernel = "--features=" + file("kernel", Features.LINUX_6_1.toText());
    assertThat(aa("", "compile", kernel, file).errors()).isEmpty();
    Run warned = aa("", "compile", kernel, "--warn", file);
    assertThat(warned.status()).isZero();
    assertThat(warned.errors()).contains("AA-COMPILE-0006");
    Run strict = aa("", "compile", kernel, "--strict", file);
    assertThat(strict.status()).isEqualTo(1);
    assertThat(strict.errors()).contains("AA-COMPILE-0006");
    assertThat(strict.out()).isEmpty();
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
        link owner /l /a/b
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
  void decideIsATestOfAPolicy() throws IOException {
    String file =
        file(
            "p",
            """
            profile p {
              owner /a r,
              deny /b r,
              /bin/c cx -> c,
              profile c { }
            }
            """);
    Run met =
        aa(
            """
            # what must hold

            expect allow file r owner /a
            expect deny file r other /a
            expect silent file r /b
            file r /a
            exec /bin/c
            """,
            "decide",
            "--profile",
            "p",
            file);
    assertThat(met.status()).isZero();
    assertThat(met.out())
        .isEqualTo(
            """
            allow\tsilent\tF:2
            deny\tlogged\t-
            deny\tsilent\tF:3
            deny\tlogged\t-\tonly for owner
            allow\tsilent\tF:4\tas p//c
            """
                .replace("F", file));
    Run unmet = aa("expect deny file r owner /a\n", "decide", "--profile", "p", file);
    assertThat(unmet.status()).isEqualTo(1);
    assertThat(unmet.out()).contains("\texpected deny: file r owner /a");
    assertThat(aa("file r srv/x\n", "decide", "--profile", "p", file).status()).isEqualTo(2);
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

  @Test
  void checksFilesTogether() throws IOException {
    String a = file("a", "profile web /usr/bin/web { }\nprofile x /x { }\n");
    String b = file("b", "\nprofile web /usr/bin/web { }\nprofile y /x { }\n");
    Run run = aa("", "check", "--warn", a, b);
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            ok\t%1$s
            ok\t%2$s
            warning\t%2$s\t2:1: profile web is also in %1$s:1
            warning\t%2$s\t3:1: attaches to the same programs as profile x in %1$s:2
            """
                .formatted(a, b));
    assertThat(aa("", "check", "--sarif", a, b).out()).contains("AA-CHECK-0028");
    assertThat(aa("", "check", a, b).out()).doesNotContain("warning");
    assertThat(aa("", "check", "--warn", a, a).out()).as("one file, twice").doesNotContain("also");
  }

  @Test
  void semanticsAreARelease() throws IOException {
    String p = file("p", "profile p { { deny /a r, } }\n");
    String[] ask = {"decide", "--profile", "p", p};
    assertThat(aa("file r /a", ask).out()).startsWith("deny");
    String[] older = {"decide", "--semantics=5.0", "--profile", "p", p};
    assertThat(aa("file r /a", older).out()).startsWith("allow");
    String[] none = {"decide", "--semantics=4", "--profile", "p", p};
    assertThat(aa("file r /a", none).status()).isEqualTo(2);
    assertThat(aa("", "compile", p).out())
        .isNotEqualTo(aa("", "compile", "--semantics=5.0", p).out());
  }

  @Test
  void helpNamesEveryCommand() {
    Aa.COMMANDS.forEach(
        (name, type) -> {
          assertThat(type.getAnnotation(Command.class).name()).isEqualTo(name);
          assertThat(aa("", "--help").out()).containsPattern("\n  " + name + " ");
          assertThat(aa("", name, "--nonsense").errors()).contains("Usage: aa " + name);
        });
  }

  @Test
  void unconfinedProfilesAreLeftAlone() throws IOException {
    String store = directory.toString();
    String text = "profile run /usr/bin/run flags=(unconfined) { userns, }\n";
    Path run = Path.of(file("run", text));
    Run left = aa("", "complain", "--no-reload", "-d", store, "run");
    assertThat(left)
        .isEqualTo(
            new Run(
                0,
                "Profile run is in unconfined mode. Use --force to switch it to complain mode.\n",
                ""));
    assertThat(run).hasContent(text);
    assertThat(aa("", "complain", "--force", "--no-reload", "-d", store, "run").status()).isZero();
    assertThat(run).hasContent(text.replace("unconfined", "complain"));
  }

  @Test
  void aVariableMayBeTheNameOfSeveralProfiles() throws IOException {
    String store = directory.toString();
    String text = "@{exec_path} = /usr/bin/%s\nprofile @{exec_path} { }\n";
    file("a", text.formatted("a"));
    Path b = Path.of(file("b", text.formatted("b")));
    Run several = aa("", "complain", "--no-reload", "-d", store, "@{exec_path}");
    assertThat(several)
        .isEqualTo(
            new Run(
                1,
                "",
                "aa: @{exec_path} is the name of several profiles: /usr/bin/a, /usr/bin/b\n"));
    assertThat(aa("", "complain", "--no-reload", "-d", store, "/usr/bin/b").status()).isZero();
    assertThat(b).content().contains("complain");
  }

  @Test
  void modesAreSwitchedInTheFiles() throws IOException {
    String web = file("web", "profile web /usr/bin/web { /srv/** r, hat admin { } } # mine\n");
    String store = directory.toString();
    Run dry = aa("", "complain", "--dry-run", "-d", store, "web");
    assertThat(dry.out()).isEqualTo("Setting web to complain mode.\nwould change " + web + "\n");
    assertThat(Path.of(web)).content().doesNotContain("complain");

    assertThat(aa("", "complain", "--no-reload", "-d", store, "/usr/bin/web").status()).isZero();
    assertThat(Path.of(web))
        .hasContent(
            "profile web /usr/bin/web flags=(complain)"
                + " { /srv/** r, hat admin flags=(complain) { } } # mine\n");
    assertThat(aa("", "enforce", "--no-reload", "--scope", "file", "-d", store, web).status())
        .isZero();
    assertThat(aa("", "audit", "--no-reload", "--scope", "PROFILE", "-d", store, "web").out())
        .isEqualTo("Setting web to audit mode.\n");
    assertThat(Path.of(web))
        .hasContent("profile web /usr/bin/web flags=(audit) { /srv/** r, hat admin { } } # mine\n");
    assertThat(aa("", "audit", "-r", "--no-reload", "-d", store, "web").status()).isZero();
    assertThat(aa("", "disable", "--no-reload", "-d", store, "web").status()).isZero();
    assertThat(directory.resolve("disable/web")).isSymbolicLink();

    Run nobody = aa("", "kill", "--no-reload", "-d", store, "nobody");
    assertThat(nobody.status()).isEqualTo(1);
    assertThat(nobody.errors()).isEqualTo("aa: no profile for nobody\n");

    file("nope", "include if exists <none>\n\uFEFFprofile nope /usr/bin/nope { }\n");
    assertThat(aa("", "enforce", "--no-reload", "-d", store, "nope").errors())
        .contains("nope:2:1: error: ", "not a byte order mark", "aa: nope can't be read");
    String backup = file("web.dpkg-old", "profile web { }\n");
    Run passed = aa("", "enforce", "--no-reload", "-d", store, backup, store + "/disable", web);
    assertThat(passed.status()).isZero();
    assertThat(passed.errors())
        .isEqualTo(
            "aa: %s is passed over: no file of profiles\naa: %s/disable is passed over: no file of profiles\n"
                .formatted(backup, store));
  }

  @Test
  void parserTakesOptionsAsGetoptDoes() throws IOException {
    String p = file("p", "profile p { /a r, }\n");
    assertThat(aa("", "parser", "-Q", "-K", "-T", "-W", p).status()).isZero();
    assertThat(aa("", "parser", "-QQ", "--skip-cach", "-j1", "-j2", p).status()).isZero();
    assertThat(aa("", "parser", "-N", "-N", p).errors()).contains("Too many actions");
    assertThat(aa("", "parser", "-Q", "--Werror=bogus", p).status()).isEqualTo(1);
    String undefined = file("u", "profile u { /@{undefined} r, }\n");
    assertThat(aa("", "parser", "-N", undefined).out()).isEqualTo("u\n");
    assertThat(aa("", "parser", "-Q", undefined).status()).isEqualTo(1);
    String settings = file("conf", "# mine\nInclude " + directory + "\nnonsense\nwrite-cache\n");
    Path cache = directory.resolve("cache");
    Run configured = aa("", "parser", "--config-file=" + settings, "-Q", "--cache-l=" + cache, p);
    assertThat(configured.status()).isZero();
    assertThat(configured.errors()).contains("unknown option nonsense");
    assertThat(cache).isNotEmptyDirectory();
    assertThat(aa("", "parser", "-Q", "--skip", p).status()).as("several begin so").isEqualTo(1);
    assertThat(aa("", "parser", "-n", "a", "-n", "b", "-N", p).out()).isEqualTo(":b://p\n");
  }

  @Test
  void compileGoesOnWhereAFileCannotBeWritten() throws IOException {
    String a = file("a", "profile a { /a r, }\n");
    String b = file("b", "profile b { /b r, }\n");
    Path out = directory.resolve("out");
    Files.createDirectories(out.resolve("a.bin/taken"));
    assertThat(aa("", "compile", "-o", out.toString(), a, b).status()).isEqualTo(1);
    assertThat(out.resolve("b.bin")).isRegularFile();
    assertThat(out.resolve("a.bin.new")).doesNotExist();
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).as("nothing is left").hasSize(2);
    }
  }
}
