package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashedProfileTest {

  private static HashedProfile of(String text, Map<String, String> includes) throws IOException {
    return HashedProfile.of(SourceText.of("web", text), IncludeResolver.memory(includes));
  }

  @Test
  void putsTheHashOfAllOfItInTheName() throws IOException {
    String text = "# Kept.\nprofile web {\n  include <base>\n  signal peer=@{profile_name},\n}\n";
    HashedProfile one = of(text, Map.of("base", "/a r,\n"));
    assertThat(one.plainName()).isEqualTo("web");
    assertThat(one.name()).matches("web-[0-9a-f]{8}");
    assertThat(one.text().text())
        .startsWith("# Kept.\nprofile " + one.name() + " {\n")
        .contains("/a r,\n");
    assertThat(one.reference().name()).isEqualTo(one.name());
    assertThat(of(text, Map.of("base", "/a r,\n")).name()).isEqualTo(one.name());
    assertThat(of(text, Map.of("base", "/b r,\n")).name()).isNotEqualTo(one.name());
    assertThat(
            PolicyCompiler.forKernel(Features.LINUX_6_12)
                .compileOrThrow(ProfileParser.parseOrThrow(one.text().text()))
                .profiles())
        .extracting(profile -> profile.name())
        .containsExactly(one.name());
  }

  @Test
  void buildsForBothNames() {
    HashedProfile one =
        HashedProfile.of(
            "web", name -> ContainerDefault.builder(name, ContainerTemplate.PODMAN_5).build());
    assertThat(one.text().text())
        .contains("signal (send receive) peer=" + one.name() + ",")
        .doesNotContain("peer=web,");
    assertThatThrownBy(
            () -> HashedProfile.of("web", name -> ProfileParser.parseOrThrow("profile x { }")))
        .isInstanceOf(DiagnosticException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "profile web { signal peer=web, }",
        "profile web { ptrace (read) peer=\"web\", }",
        "profile web { change_profile -> web//x, }",
        "profile web { profile c { /bin/x Px -> web, } }",
        "profile web { unix peer=(label=web), }",
        "profile web { } profile other { }",
        "profile web {",
        "# none"
      })
  void refusesWhatItCantRename(String text) {
    assertThatThrownBy(() -> of(text, Map.of())).isInstanceOf(DiagnosticException.class);
  }

  @Test
  void takesOthersForOthers() throws IOException {
    of("profile web { signal peer=web2, ptrace peer=theweb, /bin/x Px -> web-other, }", Map.of());
  }
}
