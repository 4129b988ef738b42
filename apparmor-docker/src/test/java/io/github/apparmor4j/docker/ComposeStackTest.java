package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ServiceProfiles;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComposeStackTest {

  private static final String COMPOSE =
      """
      services:
        web: {image: nginx}
        db:
          image: postgres
          security_opt: [apparmor=unconfined]
      """;

  private final ComposeFile compose = ComposeFile.parse(SourceText.of("compose.yaml", COMPOSE));
  private final Map<String, ProfileFile> profiles = new LinkedHashMap<>();

  private Map<String, String> files() {
    return ComposeStack.of(compose, profiles, "aa:1").files();
  }

  @Test
  void putsServicesUnderProfilesThatAreLoadedFirst() {
    profiles.put("web", ServiceProfiles.nginx("my web").build());
    profiles.put("db", ServiceProfiles.postgresql("my/web").build());
    Map<String, String> files = files();
    // The names differ in what a file's name can't have.
    assertThat(files.keySet())
        .containsExactly("compose.override.yaml", "apparmor/my.web", "apparmor/my.web-2");
    assertThat(ProfileParser.parseOrThrow(String.valueOf(files.get("apparmor/my.web"))))
        .isEqualTo(profiles.get("web"));
    String override = String.valueOf(files.get("compose.override.yaml"));
    assertThat(override)
        .startsWith(
            """
            services:
              apparmor:
                image: aa:1
                command:
                  - replace
                  - /profiles/my.web
                  - /profiles/my.web-2
            """)
        .doesNotContain("/etc/apparmor.d");
    ComposeProject project =
        ComposeProject.of(
            compose, ComposeFile.parse(SourceText.of("compose.override.yaml", override)));
    Map<String, ComposeConfinement> effective = project.effective(DockerHost.of("28.5.2"));
    assertThat(effective.values())
        .extracting(service -> service.service() + "=" + service.choice())
        .containsExactlyInAnyOrder(
            "web=my web (by option)", "db=my/web (by option)", "apparmor=unconfined (by option)");
  }

  @Test
  void loadsASharedProfileOnceAndSeesTheMachinesIncludes() {
    ProfileFile shared =
        ProfileParser.parseOrThrow("profile x { include <abstractions/base>\n }\n");
    profiles.put("web", shared);
    profiles.put("db", shared);
    Map<String, String> files = files();
    assertThat(files).hasSize(2);
    assertThat(files.get("compose.override.yaml"))
        .contains("- /profiles/x\n", "- /etc/apparmor.d:/etc/apparmor.d:ro\n")
        .doesNotContain("x-2");
  }

  @Test
  void anOptionThatIsThereIsNotRepeated() {
    ComposeFile file =
        ComposeFile.parse(
            SourceText.of("f", "services:\n  web: {security_opt: [apparmor=x, label=y]}\n"));
    ProfileFile profile = ProfileParser.parseOrThrow("profile x { }\n");
    String override =
        String.valueOf(
            ComposeStack.of(file, Map.of("web", profile), "aa:1")
                .files()
                .get("compose.override.yaml"));
    ComposeProject project =
        ComposeProject.of(file, ComposeFile.parse(SourceText.of("o", override)));
    assertThat(project.check(DockerHost.of("28.5.2"), null))
        .extracting(Diagnostic::code)
        .doesNotContain("AA-COMPOSE-0015");
    assertThat(override).contains("depends_on");
    ComposeFile hidden =
        ComposeFile.parse(
            SourceText.of("f", "services: {web: {security_opt: [apparmor=x, apparmor=y]}}\n"));
    assertThatThrownBy(() -> ComposeStack.of(hidden, Map.of("web", profile), "aa:1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another option after it");
  }

  @Test
  void refusesWhatCannotBe() {
    ProfileFile x = ProfileParser.parseOrThrow("profile x { }\n");
    ProfileFile other = ProfileParser.parseOrThrow("profile x { /a r, }\n");
    ComposeFile taken =
        ComposeFile.parse(SourceText.of("compose.yaml", "services: {apparmor: {}}\n"));
    assertThatThrownBy(() -> ComposeStack.of(compose, Map.of("none", x), "aa"))
        .hasMessageContaining("no service none");
    assertThatThrownBy(() -> ComposeStack.of(taken, Map.of(), "aa"))
        .hasMessageContaining("already");
    assertThatThrownBy(() -> ComposeStack.of(compose, Map.of("web", x, "db", other), "aa"))
        .hasMessageContaining("two different profiles");
    assertThatThrownBy(
            () -> ComposeStack.of(compose, Map.of("web", new ProfileFile(List.of())), "aa"))
        .hasMessageContaining("no profile with a name");
  }
}
