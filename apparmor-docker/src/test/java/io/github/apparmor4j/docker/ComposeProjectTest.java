package io.github.apparmor4j.docker;

import static io.github.apparmor4j.docker.ComposeFileTest.compose;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.Sarif;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

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
    ComposeFile common = compose("services: {base: {security_opt: [apparmor=common]}}");
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
    Map<String, ComposeFile> others =
        Map.of(
            "one.yaml", compose("services: {b: {security_opt: [apparmor=b]}}"),
            "two.yaml", compose("include: [two.yaml]\nservices: {c: {}}"));
    ComposeProject project = ComposeProject.of(base).withFiles(others::get);
    assertThat(project.effective(HOST)).containsOnlyKeys("a", "b", "c");
    assertThat(label(project, "b")).isEqualTo("b");
    assertThat(ComposeProject.of(base).check(HOST, null))
        .extracting(Diagnostic::code)
        .containsExactly("AA-COMPOSE-0005", "AA-COMPOSE-0005");
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
    Set<String> expected = new LinkedHashSet<>();
    boolean first = true;
    List<String> all = new ArrayList<>();
    for (List<String> list : lists) {
      String items = String.join(", ", list.stream().map(o -> '"' + o + '"').toList());
      files.add(compose("services: {web: {security_opt: [" + items + "]}}"));
      if (first) {
        all.addAll(list);
        expected.addAll(list);
        first = false;
      } else {
        list.stream().filter(expected::add).forEach(all::add);
      }
    }
    ComposeProject project =
        ComposeProject.of(files.get(0), files.subList(1, files.size()).toArray(ComposeFile[]::new));
    assertThat(label(project, "web")).isEqualTo(HOST.choose(all, false).label());
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
