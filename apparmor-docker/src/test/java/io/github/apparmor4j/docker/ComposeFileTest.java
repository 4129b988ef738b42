package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ComposeFileTest {

  private static final Path FILES =
      Path.of("src/test/resources/io/github/apparmor4j/docker/compose");

  private static final ProfileRef MINE = ProfileRef.external("mine");

  static ComposeFile compose(String text) {
    return ComposeFile.parse(SourceText.of("compose.yaml", text));
  }

  static Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files.sorted().toList().stream();
    }
  }

  private static List<String> options(ComposeFile file, String service) {
    ComposeService found = Objects.requireNonNull(file.services().get(service));
    List<Text> written = found.securityOpt();
    return written == null ? List.of() : written.stream().map(Text::value).toList();
  }

  // ---- edits

  @ParameterizedTest
  @MethodSource("files")
  void settingAndUnsettingGivesTheSameBytes(Path path) throws IOException {
    ComposeFile file = compose(Files.readString(path));
    assertThat(file.diagnostics()).isEmpty();
    for (String service : file.services().keySet()) {
      List<String> before = options(file, service);
      ComposeFile set = file.withProfile(service, MINE);
      assertThat(set.diagnostics()).isEmpty();
      List<String> expected = new ArrayList<>(before);
      expected.add("apparmor=mine");
      assertThat(options(set, service)).isEqualTo(expected);
      assertThat(set.toString().lines().toList())
          .as("other lines stay")
          .containsAll(
              file.toString().lines().filter(line -> !line.matches(".*[\\[{].*")).toList());
      ComposeFile other = set.withProfile(service, ProfileRef.external("other"));
      assertThat(options(other, service)).endsWith("apparmor=other");
      assertThat(other.withProfile(service, MINE).toString()).isEqualTo(set.toString());
      assertThat(set.withoutProfile(service).toString()).isEqualTo(file.toString());
      assertThat(set.withProfile(service, ProfileRef.runtimeDefault()).toString())
          .isEqualTo(file.toString());
    }
  }

  @Test
  void thereAreTwentyFiles() throws IOException {
    assertThat(files()).hasSizeGreaterThanOrEqualTo(20);
  }

  @Test
  void putsTheOptionWherePeopleLookForIt() throws IOException {
    ComposeFile file = compose(Files.readString(FILES.resolve("comments.yaml")));
    assertThat(file.withProfile("web", MINE).toString())
        .contains(
            """
              web: # one service
                image: nginx # the official one
                security_opt:
                  - apparmor=mine
                # Where it listens.
            """);
  }

  @Test
  void keepsTheSpellingOfAnEntry() {
    String text =
        """
        services:
          web:
            security_opt: ["label=disable", 'apparmor=old', "apparmor:older"] # both
        """;
    assertThat(compose(text).withProfile("web", MINE).toString())
        .isEqualTo(text.replace("apparmor:older", "apparmor=mine"));
    assertThat(compose(text).withoutProfile("web").toString())
        .isEqualTo(text.replace(", 'apparmor=old', \"apparmor:older\"", ""));
  }

  @Test
  void removesSeveralItemsOfOneList() {
    String text = "services:\n  web:\n    image: nginx\n    security_opt: %s";
    Map<String, String> lists =
        Map.of(
            "[apparmor=a,  apparmor=b,x]\n", "[x]\n",
            "[apparmor=a, apparmor=b]\n", "[]\n",
            "[apparmor=a, x, apparmor=b, apparmor=c, y]\n", "[x, y]\n",
            "\n      - x\n      - apparmor=a\n      - apparmor=b", "\n      - x",
            "\n      - apparmor=a\n      # b\n      - apparmor=b\n      - x",
                "\n      # b\n      - x");
    lists.forEach(
        (list, left) ->
            assertThat(compose(text.formatted(list)).withoutProfile("web").toString())
                .isEqualTo(text.formatted(left)));
  }

  @Test
  void aNameOfAnyCharactersSurvives() {
    ProfileRef odd = ProfileRef.external("a: \"$x\" #\\ 'ü'");
    for (String list : List.of("[]", "['apparmor=a']", "[\"apparmor=a\"]", "[apparmor=a]")) {
      ComposeFile set =
          compose("services:\n  web:\n    security_opt: " + list + "\n").withProfile("web", odd);
      ComposeConfinement effective =
          ComposeProject.of(set).effective(DockerHost.of("28.5.2")).get("web");
      assertThat(Objects.requireNonNull(effective).choice())
          .extracting(DockerChoice::label)
          .isEqualTo("a: \"$x\" #\\ 'ü'");
    }
  }

  @Test
  void whatIsSharedByAnAliasIsNotEdited() {
    String text =
        """
        x-opt: &opt [label=disable, &one "apparmor=x"]
        x-web: &web {image: nginx}
        services:
          a: {security_opt: *opt}
          b: *web
          c: {security_opt: [*one]}
        """;
    ComposeFile file = compose(text);
    assertThat(file.services()).containsOnlyKeys("a", "b", "c");
    for (String service : List.of("a", "b", "c", "none")) {
      assertThatThrownBy(() -> file.withProfile(service, MINE))
          .isInstanceOf(DiagnosticException.class)
          .hasMessageContaining("AA-COMPOSE-0004");
    }
  }

  @Test
  void theAnchorOfAScalarIsNotEdited() {
    ComposeFile file =
        compose("x-label: &label some\nservices:\n  web:\n    security_opt: *label\n");
    assertThatThrownBy(() -> file.withProfile("web", MINE))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("alias");
  }

  @Test
  void aBlockOfTextIsReplacedByAWord() {
    String text =
        "services:\n  web:\n    security_opt:\n      - >-\n        apparmor=old\n      - label=x\n";
    assertThat(compose(text).withProfile("web", MINE).toString())
        .isEqualTo(text.replace(">-\n        apparmor=old", "apparmor=mine"));
  }

  @Test
  void tellsWhichOthersAnEditChanges() {
    ComposeFile before =
        compose(
            """
            services:
              web: &web
                image: x
              twin: {<<: *web}
              own: {image: y}
              alias: *web
            """);
    ComposeFile after = before.withProfile("web", MINE);
    assertThat(after.changedSince(before)).containsExactly("web", "twin", "alias");
    assertThat(after.changedSince(after)).isEmpty();
  }

  @Test
  void theLastDocumentWithTheServiceIsEdited() {
    String text =
        """
        services:
          web:
            security_opt: [apparmor=one]
        ---
        services:
          web:
            image: x
        ---
        services:
          db: {}
        """;
    ComposeFile set = compose(text).withProfile("web", MINE);
    assertThat(set.toString())
        .isEqualTo(
            text.replace("image: x\n", "image: x\n    security_opt:\n      - apparmor=mine\n"));
    assertThat(options(set, "web")).containsExactly("apparmor=one", "apparmor=mine");
    assertThat(set.withoutProfile("web").toString()).isEqualTo(text);
  }

  @Test
  void whatComposeWouldRefuseIsNamed() {
    assertThat(codes(compose("web: {image: x}\n"))).containsExactly("AA-COMPOSE-0018");
    assertThat(codes(compose("service: {web: {}}\n"))).containsExactly("AA-COMPOSE-0016");
    ComposeFile typo = compose("services: {a: {security_opts: [apparmor=x]}, b: {x-y: 1}}\n");
    assertThat(typo.diagnostics())
        .singleElement()
        .satisfies(one -> assertThat(one.message()).endsWith("; security_opt is meant"));
  }

  // ---- hostile input

  private static List<String> codes(ComposeFile file) {
    return file.diagnostics().stream().map(Diagnostic::code).distinct().toList();
  }

  @Test
  void malformedTextsGiveDiagnosticsWithPlaces() {
    ComposeFile file = compose("services:\n  web: [\n");
    assertThat(file.services()).isEmpty();
    assertThat(file.diagnostics())
        .singleElement()
        .satisfies(problem -> assertThat(problem.place().line()).isEqualTo(3));
    assertThat(codes(compose("a: b: c"))).containsExactly("AA-COMPOSE-0001");
    assertThat(codes(compose("services: [a]"))).containsExactly("AA-COMPOSE-0003");
    assertThat(codes(compose("services:\n  web: 1"))).containsExactly("AA-COMPOSE-0003");
    assertThat(codes(compose("services:\n  web:\n    security_opt: apparmor=x\n")))
        .containsExactly("AA-COMPOSE-0003");
    assertThat(codes(compose("services:\n  web:\n    security_opt: [[a]]\n")))
        .containsExactly("AA-COMPOSE-0003");
    assertThat(codes(compose("services:\n  web: {}\n  web: {}\n")))
        .containsExactly("AA-COMPOSE-0002");
    assertThat(codes(compose("a: \u0000"))).containsExactly("AA-COMPOSE-0001");
    assertThat(codes(compose("- a\n- b\n"))).containsExactly("AA-COMPOSE-0003");
    assertThat(codes(compose(""))).isEmpty();
  }

  @Test
  void limitsHold() {
    assertThat(codes(compose("[".repeat(100_000)))).containsExactly("AA-COMPOSE-0001");
    assertThat(codes(compose("x".repeat((16 << 20) + 1)))).containsExactly("AA-COMPOSE-0001");
    StringBuilder laughs = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      laughs.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
    }
    laughs.append("services: {web: {security_opt: *a39}}\n");
    assertThat(codes(compose(laughs.toString()))).contains("AA-COMPOSE-0003");
    assertThat(codes(compose("x-a: &a {<<: *a}\nservices: {web: {<<: *a}}\n"))).isEmpty();
    String many =
        "services:\n"
            + Stream.iterate(0, i -> i + 1)
                .limit(100_000)
                .map(i -> "  s" + i + ":\n    image: nginx # " + "-".repeat(80) + "\n")
                .reduce(new StringBuilder(), StringBuilder::append, StringBuilder::append);
    assertThat(many.length()).isGreaterThan(9_000_000);
    assertThat(compose(many).services()).hasSize(100_000);
  }
}
