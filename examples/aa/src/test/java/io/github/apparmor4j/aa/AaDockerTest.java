package io.github.apparmor4j.aa;

import static io.github.apparmor4j.aa.Tool.aa;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.aa.Tool.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AaDockerTest {

  @TempDir private Path directory = Path.of("");

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @Test
  void printsTheDefaultAndOptions() {
    assertThat(aa("", "docker", "default").out()).contains("profile docker-default flags=");
    assertThat(aa("", "docker", "options", "web").out()).isEqualTo("--security-opt apparmor=web\n");
    assertThat(aa("", "docker", "options", "--json", "unconfined").out())
        .contains("\"apparmor=unconfined\"");
  }

  @Test
  void checksAndEditsComposeFiles() throws IOException {
    String text = "services:\n  web: # front\n    image: nginx\n  db:\n    privileged: true\n";
    String compose = file("compose.yaml", text);
    Run checked = aa("", "docker", "compose", "check", "--known", "mine", compose);
    assertThat(checked.status()).isZero();
    assertThat(checked.out())
        .startsWith("web: docker-default (by default)\ndb: unconfined (since it is privileged)\n")
        .contains("AA-COMPOSE-0009");
    assertThat(aa("", "docker", "compose", "check", "--json", compose).out())
        .contains("\"service\" : \"db\"", "\"privileged\" : true", "\"AA-COMPOSE-0009\"");
    assertThat(aa("", "docker", "compose", "set", compose, "web", "theirs").status()).isZero();
    assertThat(Files.readString(Path.of(compose)))
        .contains("    image: nginx\n    security_opt:\n      - apparmor=theirs\n");
    Run unknown = aa("", "docker", "compose", "check", "--known", "mine", "--sarif", compose);
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.out()).contains("\"AA-COMPOSE-0011\"");
    assertThat(aa("", "docker", "compose", "unset", compose, "web").status()).isZero();
    assertThat(Files.readString(Path.of(compose))).isEqualTo(text);
    Run found =
        aa("", "docker", "compose", "check", requireNonNull(Path.of(compose).getParent()) + "");
    assertThat(found.out()).startsWith("web: docker-default");
    Files.writeString(Path.of(compose), "services:\n  a: &a\n    image: x\n  b: {<<: *a}\n");
    assertThat(aa("", "docker", "compose", "set", compose, "a", "x").out())
        .isEqualTo("also changed, since they share what a has: b\n");
    Run none = aa("", "docker", "compose", "set", compose, "none", "x");
    assertThat(none.status()).isEqualTo(1);
    assertThat(none.errors()).contains("there is no service none");
  }

  @Test
  void proposesProfiles() throws IOException {
    String inspected =
        file(
            "inspect.json",
            "{\"Name\": \"/db\", \"HostConfig\": {\"ReadonlyRootfs\": true,"
                + " \"Tmpfs\": {\"/run\": \"\"}}}");
    assertThat(aa("", "docker", "profile", "from-inspect", inspected).out())
        .contains("profile db flags=", "/run{,/**} rwkl,");
    Run nameless =
        aa("", "docker", "profile", "from-inspect", file("nameless.json", "{\"HostConfig\": {}}"));
    assertThat(nameless.status()).isEqualTo(2);
    assertThat(nameless.errors()).contains("give --name");
    String bane = file("bane.toml", "Name = 'x'\n[Filesystem]\nReadOnlyPaths = ['/bin/**']\n");
    assertThat(aa("", "docker", "profile", "from-bane", bane).out())
        .contains("profile docker-x flags=", "deny /bin{,/**} wkl,");
    Run bad = aa("", "docker", "profile", "from-bane", inspected);
    assertThat(bad.status()).isEqualTo(2);
    assertThat(bad.errors()).contains("not TOML");
  }
}
