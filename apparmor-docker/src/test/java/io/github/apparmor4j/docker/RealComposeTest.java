package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code docker compose config} says of a project, which needs no daemon, is what we say: the
 * same services with the same options, or that the project is refused.
 */
@Tag("differential")
class RealComposeTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REFUSED = "refused";
  private static final Map<String, String> VARIABLES =
      Map.of("SET", "value", "EMPTY", "", "PATH", "/usr/bin:/bin", "HOME", "/root");

  private static String compose = "";

  @TempDir private Path directory = Path.of("");

  @BeforeAll
  static void fetch() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Guest.script().toString(), "daemons", "sid")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String root = SourceText.decode(process.getInputStream().readAllBytes()).strip();
    assertThat(process.waitFor()).isZero();
    compose = root + "/usr/libexec/docker/cli-plugins/docker-compose";
  }

  // ---- the two answers

  /** Returns each service's options and whether it is privileged, or that it is refused. */
  private static String theirs(Path in, List<String> files) throws Exception {
    List<String> command = new ArrayList<>(List.of(compose));
    files.forEach(file -> command.addAll(List.of("-f", file)));
    command.addAll(List.of("--profile", "*", "config", "--no-consistency", "--format", "json"));
    ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
    builder.environment().clear();
    builder.environment().putAll(VARIABLES);
    Path said = Files.createTempFile("said", ".txt");
    Process process = builder.redirectError(said.toFile()).start();
    JsonNode answer = JSON.readTree(process.getInputStream());
    String errors = Files.readString(said);
    Files.delete(said);
    if (process.waitFor() != 0) {
      return REFUSED + ": " + errors.strip();
    }
    Map<String, String> services = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : answer.path("services").properties()) {
      List<String> options = new ArrayList<>();
      // It writes what could be read again: a dollar is written twice.
      each.getValue()
          .path("security_opt")
          .forEach(option -> options.add(option.asText().replace("$$", "$")));
      boolean privileged = each.getValue().path("privileged").asBoolean();
      services.put(each.getKey(), options + " " + privileged);
    }
    return services.toString();
  }

  private static String ours(Path in, List<String> files) {
    List<Diagnostic> found = new ArrayList<>();
    Map<String, String> services = new TreeMap<>();
    try {
      ComposeProject project =
          ComposeProject.read(in, files.stream().map(Path::of).toList(), VARIABLES);
      found.addAll(project.check(DockerHost.of("28.5.2"), null));
      for (ComposeConfinement service : project.effective(DockerHost.of("28.5.2")).values()) {
        services.put(
            service.service(),
            service.securityOpt().stream().map(ComposeService.Text::value).toList()
                + " "
                + service.privileged());
      }
    } catch (IOException | DiagnosticException e) {
      return REFUSED + ": " + e.getMessage();
    }
    // What a daemon refuses is no matter of Compose.
    List<Diagnostic> errors =
        Diagnostic.errors(found).stream().filter(d -> !d.code().equals("AA-COMPOSE-0007")).toList();
    return errors.isEmpty() ? services.toString() : REFUSED + ": " + errors;
  }

  private static void compare(Path in, List<String> files, String text) throws Exception {
    String theirs = theirs(in, files);
    String ours = ours(in, files);
    if (!theirs.startsWith(REFUSED) || !ours.startsWith(REFUSED)) {
      assertThat(ours).as(text + "\ncompose says: " + theirs).isEqualTo(theirs);
    }
  }

  // ---- cases

  @ParameterizedTest
  @CsvSource({
    "., multi.yml",
    "., nested-default.yml",
    "., overridesvc.yml",
    "., quoted-bool.yml",
    "., required.yml",
    "., systempaths.yml",
    "., v1.yml",
    "., nullopt.yml",
    "., 63-swarm.yaml",
    "., 66-typo.yaml",
    "., reset1.yml reset2.yml",
    "compose-nested-paths, ''",
    "compose-stack, ''",
    "envd, ''",
    "m, 1.yml 2.yml 3.yml",
    "m, 1.yml 2.yml",
    "m, 2.yml 3.yml"
  })
  void answersAsComposeDoes(String in, String files) throws Exception {
    Path cases = Shared.path("cases/containers/compose").resolve(in);
    List<String> names = files.isEmpty() ? List.of() : List.of(files.split(" "));
    compare(cases.toAbsolutePath().normalize(), names, in + "/" + files);
  }

  // ---- forms of variables

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$SET ${SET} ${NO:-x} ${NO-x} ${SET:?x} ${SET?x} ${EMPTY?x} ${EMPTY:-x} ${EMPTY-x}",
        "${EMPTY:+x} ${EMPTY+x} ${SET:+x} ${SET+x} ${NO:-${B:-${C:-z}}} ${NO:-a}b}",
        "${NO:-a$$b} ${NO:-$SET} ${NO:-} ${NO:-a:b} ${NO:-a-b} ${NO:-a?b} ${NO-a:-b}",
        "$ $$ $$$SET $$$$ $- $1 ${NO:-{x}} ${NO:-x}${B:-y} ${NO:-x} ${B:-y} } ${NO:+${B}}",
        "${SET:+x${SET}y} $SETé ${a_b1:-c} $SET-$SET ${NO:-x}} ${NO-${SET}-${SET}} $NO$SET x$",
        "${NO:-\\}} $(a) $[a] ${NO:-${B-${SET:+${SET}}}} ${NO:-$} ${NO:-$ }",
        "${NO:?x}",
        "${EMPTY:?x}",
        "${!x}",
        "${SET:-${!x}}",
        "${NO:=x}",
        "${NO:x}",
        "${}",
        "${",
        "${1}",
        "${SET-b",
        "${NO }",
        "${ NO}",
        "${NO?b:-c}",
        "${SET[0]}",
        "${SET.b}",
        "${NO+${B:?no}}",
        "${SET:-${B:?no}}"
      })
  void expandsAsComposeDoes(String form) throws Exception {
    String text = JSON.writeValueAsString("<" + form + ">");
    Files.writeString(
        directory.resolve("compose.yaml"),
        "services: {s: {image: x, security_opt: [" + text + "]}}\n");
    compare(directory, List.of(), form);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "V=a\\nV2=b # c\\nexport V3 = 'a $b'\\nV4: \"a\\tb\\qc\\$d\\\\\"",
        "V=$SET\\nV2=${V}x\\nSET=other\\nV3=a#c\\nV4={a}",
        "V='a\\'b'\\nV2=\"a\\\"b\"\\nV3=\\n#V4=a\\n\\n  V4=a=b",
        "V=\"a\\nb\"\\nV2='c\\nd' # e\\nV3=\"# x\"\\nV4=a\\\\nb",
        "V=$$a\\n1V=a\\nV.x=a\\nV2\\nV3=\"a\"b\\nV4= \"a\" ",
        "V=\"a",
        "V a"
      })
  void readsVariablesAsComposeDoes(String file) throws Exception {
    Files.writeString(directory.resolve(".env"), file.replace("\\n", "\n") + "\n");
    Files.writeString(
        directory.resolve("compose.yaml"),
        "services: {s: {image: x, security_opt: [\"<${V-U}>\", \"<${V2-U2}>\", \"<${V3-U3}>\","
            + " \"<${V4-U4}>\", \"<${SET}>\"]}}\n");
    compare(directory, List.of(), file);
  }

  // ---- projects at random

  private static final class Writer {
    private final Random random;

    Writer(long seed) {
      random = new Random(seed);
    }

    private boolean chance(int of) {
      return random.nextInt(of) == 0;
    }

    private String one(String... of) {
      return of[random.nextInt(of.length)];
    }

    private String tag() {
      return chance(6) ? one("!override ", "!reset ") : "";
    }

    private String options() {
      if (chance(60)) {
        return one("", "null", "x", "{a: b}", "[5]", "[[a]]", "[true]", "[]");
      }
      List<String> options = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        options.add(
            one(
                "apparmor=a",
                "apparmor=b",
                "label=c",
                "'x:$SET'",
                "'y=${NO:-${SET}}'",
                "z=$$q",
                "seccomp=d",
                "apparmor=" + random.nextInt(1000),
                "apparmor=" + random.nextInt(1000),
                "label=" + random.nextInt(1000),
                "no",
                "on",
                "~/x"));
      }
      return "[" + String.join(", ", options) + "]";
    }

    private String service(boolean inOther) {
      if (chance(50)) {
        return one(" ", " !reset null", " {}");
      }
      StringBuilder text = new StringBuilder(" " + (chance(12) ? tag() : "") + "\n");
      text.append("    image: x\n");
      if (chance(5)) {
        text.append("    <<: *anchor\n");
      }
      if (!chance(3)) {
        text.append("    security_opt: ").append(tag()).append(options()).append('\n');
      }
      if (chance(3)) {
        text.append("    privileged: ")
            .append(tag())
            .append(
                one(
                    "true",
                    "false",
                    "yes",
                    "'on'",
                    "\"${NO:-true}\"",
                    "N",
                    "TRUE",
                    "'False'",
                    chance(8) ? one("1", "maybe", "", "[true]", "$NO") : "off"))
            .append('\n');
      }
      if (chance(6)) {
        String file =
            inOther ? one("third.yaml", "../top.yaml") : one("sub/other.yaml", "top.yaml");
        text.append("    extends: ")
            .append(
                chance(2)
                    ? one("a", "b", "{service: c}", "d")
                    : "{service: " + one("a", "b", "c") + ", file: " + file + "}")
            .append('\n');
      }
      if (chance(100)) {
        text.append("    security_opts: [a]\n");
      }
      return text.toString();
    }

    private String document(boolean inOther, String include) {
      StringBuilder text = new StringBuilder("x-any: &anchor\n  security_opt: [apparmor=anchor]\n");
      text.append(include);
      text.append("services:").append(chance(40) ? " !override" : "").append('\n');
      List<String> names = new ArrayList<>(List.of("a", "b", "c", "d"));
      for (int i = random.nextInt(3); i >= 0; i--) {
        String name = names.remove(random.nextInt(names.size()));
        text.append("  ").append(name).append(':').append(service(inOther)).append('\n');
      }
      return text.toString();
    }

    private String file(boolean inOther, String include) {
      String first = document(inOther, include);
      return chance(5) ? first + "---\n" + document(inOther, "") : first;
    }

    /** Writes a project; returns its files. */
    List<String> write(Path to) throws IOException {
      Files.createDirectories(to.resolve("sub"));
      String include =
          chance(4)
              ? "include:\n  - "
                  + one("sub/included.yaml", "{path: [sub/included.yaml, sub/third.yaml]}")
                  + "\n"
              : "";
      Files.writeString(to.resolve("compose.yaml"), file(false, include));
      Files.writeString(to.resolve("top.yaml"), document(true, ""));
      Files.writeString(to.resolve("sub/other.yaml"), file(true, ""));
      Files.writeString(to.resolve("sub/third.yaml"), document(true, ""));
      Files.writeString(
          to.resolve("sub/included.yaml"),
          document(true, "").replaceAll("(?m)^  ([a-d]):", "  i$1:"));
      if (chance(3)) {
        Files.writeString(to.resolve(".env"), "NO=" + one("false", "w", "") + "\n");
      }
      if (chance(3)) {
        Files.writeString(to.resolve("sub/.env"), "NO=" + one("no", "v") + "\nSET=ignored\n");
      }
      if (chance(2)) {
        Files.writeString(to.resolve("over.yaml"), file(false, ""));
        return List.of("compose.yaml", "over.yaml");
      }
      return List.of();
    }
  }

  @Test
  void answersAsComposeDoesOfRandomProjects() throws Exception {
    int projects =
        Integer.getInteger("apparmor.projects", Boolean.getBoolean("apparmor.long") ? 5000 : 200);
    long first = Long.getLong("apparmor.seed", 1);
    int refused = 0;
    List<String> wrong = new ArrayList<>();
    for (long seed = first; seed < first + projects; seed++) {
      Path project = Files.createDirectory(directory.resolve("p" + seed));
      List<String> files = new Writer(seed).write(project);
      String theirs = theirs(project, files);
      String ours = ours(project, files);
      boolean bothRefuse = theirs.startsWith(REFUSED) && ours.startsWith(REFUSED);
      refused += bothRefuse ? 1 : 0;
      if (!bothRefuse && !theirs.equals(ours)) {
        StringBuilder text = new StringBuilder("seed " + seed + "\n");
        try (Stream<Path> all = Files.walk(project)) {
          for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
            text.append("-- ")
                .append(project.relativize(file))
                .append('\n')
                .append(Files.readString(file));
          }
        }
        wrong.add(text + "compose: " + theirs + "\nwe:      " + ours);
      }
    }
    System.out.printf("%d projects, %d of them refused by both%n", projects, refused);
    assertThat(wrong.stream().limit(5)).as(wrong.size() + " of " + projects).isEmpty();
  }
}
