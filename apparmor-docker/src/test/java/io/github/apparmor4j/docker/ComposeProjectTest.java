package io.github.apparmor4j.docker;

import static io.github.apparmor4j.docker.ComposeFileTest.compose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.Sarif;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposeProjectTest {

  private static final DockerHost HOST = DockerHost.of("28.5.2");

  private static String label(ComposeProject project, String service) {
    ComposeConfinement found = Objects.requireNonNull(project.effective(HOST).get(service));
    return Objects.requireNonNull(found.choice()).label();
  }

  // ---- what applies

  @Test
  void mergeKeysExtendsAndOverridesAreTakenIntoAccount() {
    ComposeFile base =
        compose(
            """
            x-hard: &hard
              security_opt: [apparmor=hard]
            services:
              merged: {<<: *hard}
              hidden: {<<: *hard, security_opt: [label=disable]}
              several: {<<: [{image: x}, *hard]}
              extending: {extends: {service: merged}}
              privileged: {privileged: true}
              both: {privileged: true, security_opt: ["apparmor=${NAME:-both}"]}
              elsewhere: {extends: {file: common.yaml, service: base}, security_opt: ["label=x"]}
              plain: {extends: merged, privileged: "true"}
              overridden: {security_opt: [apparmor=one]}
              reset: {security_opt: [apparmor=one]}
            """);
    ComposeFile override =
        compose(
            """
            services:
              privileged: {privileged: false}
              overridden: {security_opt: !override [apparmor=two]}
              reset: {security_opt: !reset null}
              merged: {security_opt: [apparmor=late]}
            """);
    SourceText common =
        SourceText.of("common.yaml", "services: {base: {security_opt: [apparmor=common]}}");
    ComposeProject alone =
        ComposeProject.of(base).withFiles(path -> path.equals("common.yaml") ? common : null);
    assertThat(alone.check(HOST, null))
        .extracting(Diagnostic::code)
        .containsOnly("AA-COMPOSE-0009");
    Map<String, String> labels =
        alone.effective(HOST).keySet().stream()
            .collect(Collectors.toMap(name -> name, name -> label(alone, name)));
    assertThat(labels)
        .containsEntry("merged", "hard")
        .containsEntry("hidden", "docker-default")
        .containsEntry("several", "hard")
        .containsEntry("extending", "hard")
        .containsEntry("privileged", "unconfined")
        .containsEntry("both", "both")
        .containsEntry("elsewhere", "common")
        .containsEntry("plain", "hard")
        .hasSize(10);
    ComposeProject with = ComposeProject.of(base, override).withEnvironment(Map.of("NAME", "env"));
    assertThat(label(with, "privileged")).isEqualTo("docker-default");
    assertThat(label(with, "overridden")).isEqualTo("two");
    assertThat(label(with, "reset")).isEqualTo("docker-default");
    assertThat(label(with, "merged")).isEqualTo("late");
    assertThat(label(with, "both")).isEqualTo("env");
    assertThat(label(with, "extending")).as("of the same file").isEqualTo("hard");
  }

  @Test
  void includedFilesCount() {
    ComposeFile base = compose("include: [one.yaml, {path: two.yaml}]\nservices: {a: {}}\n");
    Map<String, SourceText> others =
        Map.of(
            "one.yaml", SourceText.of("one", "services: {b: {security_opt: [apparmor=b]}}"),
            "two.yaml", SourceText.of("two", "include: [two.yaml]\nservices: {c: {}}"));
    ComposeProject project = ComposeProject.of(base).withFiles(others::get);
    assertThat(project.effective(HOST)).containsOnlyKeys("a", "b", "c");
    assertThat(label(project, "b")).isEqualTo("b");
    assertThat(ComposeProject.of(base).check(HOST, null))
        .extracting(Diagnostic::code)
        .containsExactly("AA-COMPOSE-0005", "AA-COMPOSE-0005");
  }

  @Test
  void readsWhatComposeWouldFind(@TempDir Path directory) throws IOException {
    Path inner = Files.createDirectories(directory.resolve("a/b"));
    Files.writeString(
        directory.resolve("compose.yml"), "services: {web: {security_opt: ['apparmor=$P']}}\n");
    Files.writeString(
        directory.resolve("compose.override.yaml"), "services: {db: {privileged: yes}}\n");
    Files.writeString(directory.resolve(".env"), "P=mine\nCOMPOSE_FILE=a/one.yaml:two.yaml\n");
    Files.writeString(directory.resolve("a/one.yaml"), "services: {one: {}}\n");
    Files.writeString(directory.resolve("two.yaml"), "services: {two: {}}\n");
    assertThat(labels(ComposeProject.read(inner, List.of(), Map.of())))
        .as("above, with an override")
        .isEqualTo("{db=unconfined, web=mine}");
    assertThat(labels(ComposeProject.read(inner, List.of(), Map.of("P", "other"))))
        .isEqualTo("{db=unconfined, web=other}");
    assertThat(labels(ComposeProject.read(directory, List.of(), Map.of())))
        .as("COMPOSE_FILE")
        .isEqualTo("{one=docker-default, two=docker-default}");
    assertThat(labels(ComposeProject.read(directory, List.of(Path.of("two.yaml")), Map.of())))
        .isEqualTo("{two=docker-default}");
    assertThatThrownBy(() -> ComposeProject.read(directory, List.of(Path.of("no")), Map.of()))
        .isInstanceOf(IOException.class);
    Files.writeString(directory.resolve(".env"), "not a line");
    assertThatThrownBy(() -> ComposeProject.read(directory, List.of(), Map.of()))
        .isInstanceOf(DiagnosticException.class);
  }

  private static String labels(ComposeProject project) {
    Map<String, String> labels = new TreeMap<>();
    project.effective(HOST).keySet().forEach(name -> labels.put(name, label(project, name)));
    return labels.toString();
  }

  private static List<String> codes(String text) {
    return ComposeProject.of(compose(text)).check(HOST, null).stream()
        .map(Diagnostic::code)
        .toList();
  }

  @Test
  void saysWhatBecomesOfOptions() {
    assertThat(codes("services: {a: {security_opt: [systempaths=unconfined, apparmor=x]}}"))
        .isEmpty();
    assertThat(codes("services: {a: {security_opt: [systempaths=some]}}"))
        .containsExactly("AA-COMPOSE-0007");
    assertThat(codes("services: {a: {deploy: {mode: global}, security_opt: [apparmor=x]}}"))
        .containsExactly("AA-COMPOSE-0019");
    assertThat(codes("services: {a: {deploy: {replicas: 2}, security_opt: [apparmor=x]}}"))
        .isEmpty();
    assertThat(codes("services: {a: {security_opt: [apparmor=/etc/apparmor.d/x]}}"))
        .containsExactly("AA-COMPOSE-0013");
    assertThat(codes("include: ['https://example.org/x.git']\nservices: {a: {}}"))
        .containsExactly("AA-COMPOSE-0005");
  }

  // ---- findings

  @Test
  void findsWhatIsNotConfinedAsOneMayThink() throws IOException {
    ComposeFile file =
        compose(
            """
            services:
              bare:
                security_opt: ["apparmor=unconfined"]
              strong:
                privileged: true
              manager:
                volumes:
                  - /var/run/docker.sock:/var/run/docker.sock
              long:
                volumes: [{type: bind, source: /run/docker.sock, target: /x}]
              unknown:
                security_opt:
                  - apparmor:mine
                  - apparmor=theirs
              refused:
                security_opt: [armor=x]
              empty:
                security_opt: ["apparmor="]
              loop: {extends: loop}
              nothing: {extends: none}
              variable: {security_opt: ["apparmor=$WHICH"]}
            """);
    List<Diagnostic> found = ComposeProject.of(file).check(HOST, Set.of("mine"));
    assertThat(found)
        .extracting(d -> d.code().substring("AA-COMPOSE-".length()) + " " + d.place().line())
        .containsExactlyInAnyOrder(
            "0008 3", "0009 4", "0010 8", "0010 10", "0011 14", "0012 13", "0013 13", "0007 16",
            "0013 18", "0005 19", "0005 20", "0006 21", "0013 21");
    StringBuilder sarif = new StringBuilder();
    Sarif.write(found, "aa", "1", sarif);
    assertThat(sarif).contains("\"AA-COMPOSE-0010\"", "compose.yaml");
    assertThat(ComposeProject.of(file).check(HOST.withoutParser(), null))
        .extracting(Diagnostic::code)
        .contains("AA-COMPOSE-0014");
  }

  @Test
  void whatIsConfinedIsNotFound() {
    ComposeFile file =
        compose(
            """
            services:
              web: {security_opt: [apparmor=mine]}
              db: {}
              all: {privileged: true, security_opt: [apparmor=mine]}
              agent: {security_opt: [apparmor=mine], volumes: ["/run/docker.sock:/d"]}
            """);
    assertThat(ComposeProject.of(file).check(HOST, Set.of("mine"))).isEmpty();
  }

  // ---- lists of files

  @Provide
  Arbitrary<List<List<String>>> lists() {
    return Arbitraries.of("apparmor=a", "apparmor=b", "apparmor:c", "label=x", "seccomp=y")
        .list()
        .ofMaxSize(4)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Property(tries = 300)
  void filesAddTheirOptions(@ForAll("lists") List<List<String>> lists) {
    List<ComposeFile> files = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (List<String> list : lists) {
      String items = String.join(", ", list.stream().map(o -> '"' + o + '"').toList());
      files.add(compose("services: {web: {security_opt: [" + items + "]}}"));
      all.addAll(list);
    }
    ComposeProject project =
        ComposeProject.of(files.get(0), files.subList(1, files.size()).toArray(ComposeFile[]::new));
    assertThat(label(project, "web")).isEqualTo(HOST.choose(all, false).label());
    assertThat(project.check(HOST, null).stream().anyMatch(d -> d.code().equals("AA-COMPOSE-0015")))
        .isEqualTo(new HashSet<>(all).size() < all.size());
  }

  // ---- files of any form

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "services:",
            "web:",
            "{",
            "}",
            "[",
            "]",
            ",",
            " ",
            "  ",
            "    ",
            "\n",
            "\n",
            "- ",
            "\t",
            "security_opt:",
            "apparmor=x",
            "apparmor:",
            "label=y",
            "&a ",
            "*a",
            "<<: ",
            "image: i",
            "\"",
            "'",
            "#c",
            "|",
            ">",
            "!override ",
            "~",
            "?",
            "\r\n",
            "🐳",
            "privileged: true")
        .list()
        .ofMaxSize(24)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> services() {
    return texts().map(text -> "services:\n  web:\n    image: i\n    " + text);
  }

  @Property(tries = 2000)
  void anyTextIsReadAndEditedOrRefused(
      @ForAll("texts") String text, @ForAll("services") String service) {
    for (String each : List.of(text, service)) {
      ComposeFile file = compose(each);
      for (String name : file.services().keySet()) {
        try {
          ComposeFile set = file.withProfile(name, ProfileRef.external("mine"));
          if (file.diagnostics().isEmpty()) {
            assertThat(set.diagnostics()).as(each + "\n->\n" + set).isEmpty();
            ComposeService found = Objects.requireNonNull(set.services().get(name));
            assertThat(found.securityOpt())
                .as(each + "\n->\n" + set)
                .extracting(ComposeService.Text::value)
                .contains("apparmor=mine");
          }
          set.withoutProfile(name);
        } catch (DiagnosticException e) {
          assertThat(e.diagnostics()).extracting(Diagnostic::code).containsOnly("AA-COMPOSE-0004");
        }
      }
      ComposeProject.of(file).check(HOST, Set.of());
    }
  }
}
