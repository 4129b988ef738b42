package io.github.apparmor4j.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions about patterns: which rules, which expressions. */
class GrantsTest {

  @TempDir private Path directory = Path.of("");

  private static List<Integer> lines(ResolvedProfile profile, String pattern, String letters) {
    return profile.grants(pattern, FilePermissions.of(letters)).stream()
        .map(rule -> rule.place().line())
        .toList();
  }

  @Test
  void namesTheRulesThatGrant() throws IOException {
    Path file = directory.resolve("p");
    Files.writeString(
        file,
        """
        @{D} = /etc /usr
        profile p {
          /etc/* r,
          @{D}/x w,
          owner /e** a,
          /var/** rw,
          deny /etc/** w,
          link /etc/l -> /x,
          all,
        }
        """);
    ResolvedProfile profile =
        Resolver.of(IncludeResolver.none())
            .resolve(ProfileParser.parse(SourceText.read(file)))
            .profiles()
            .get(0);
    assertThat(lines(profile, "/etc/**", "w")).containsExactly(4, 5, 9);
    assertThat(lines(profile, "/etc/a", "r")).containsExactly(3, 9);
    assertThat(lines(profile, "/etc/a/b", "r")).containsExactly(9);
    assertThat(lines(profile, "/etc/l", "l")).containsExactly(8, 9);
    assertThat(lines(profile, "/{usr,srv}/**", "w")).containsExactly(4, 9);
  }

  @Test
  void comparesExpressions() {
    assertThat(Aare.path("/a/**").includes(Aare.path("/a/*/b"))).isTrue();
    assertThat(Aare.path("/a/*").includes(Aare.path("/a/**"))).isFalse();
    assertThat(Aare.path("/*/b").overlaps(Aare.path("/a/*"))).isTrue();
    assertThat(Aare.path("/*/b").overlaps(Aare.path("/a/c*"))).isFalse();
    assertThat(Aare.path("/a").overlaps(Aare.path("/a"))).isTrue();
  }
}
