package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrictlConfigTest {

  private static CrictlConfig parse(String text) {
    return CrictlConfig.parse(SourceText.of("container", text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"linux\":{\"security_context\":{\"apparmor\":{\"profile_type\":2,\"localhost_ref\":\"w\"}}}}",
        "{\"linux\":{\"securityContext\":{\"apparmor\":{\"profileType\":\"Localhost\",\"localhostRef\":\"w\"}}}}",
        "linux:\n  security_context:\n    apparmor: {profile_type: Localhost, localhost_ref: w}\n",
        "linux: {security_context: {apparmor: {profile_type: 2, localhost_ref: w}, privileged: false}}",
        "linux: {security_context: {apparmor: {profile_type: 2, localhost_ref: w}, apparmor_profile: }}"
      })
  void readsAllSpellings(String text) {
    assertThat(parse(text).request()).isEqualTo(CriRequest.of(ProfileType.LOCALHOST, "w"));
  }

  @Test
  void readsWhatElseThereIs() {
    assertThat(parse("metadata: {name: x}").request()).isEqualTo(CriRequest.ofLegacy(""));
    assertThat(
            parse(
                    "{\"linux\":{\"security_context\":{\"privileged\":true,"
                        + "\"apparmor_profile\":\"localhost/w\"}}}")
                .request())
        .isEqualTo(CriRequest.ofLegacy("localhost/w").asPrivileged());
    assertThat(parse("linux: {security_context: {apparmor: {}}}").request())
        .isEqualTo(CriRequest.of(ProfileType.RUNTIME_DEFAULT, ""));
  }

  @Test
  void setsAProfile() {
    CrictlConfig json = parse("{\"metadata\":{\"name\":\"c\"},\"log_path\":\"0\"}");
    CrictlConfig web = json.withProfile(ProfileRef.external("web"));
    assertThat(web.request()).isEqualTo(CriRequest.of(ProfileType.LOCALHOST, "web"));
    assertThat(web.toString().replaceAll("\\s", ""))
        .isEqualTo(
            "{\"metadata\":{\"name\":\"c\"},\"log_path\":\"0\",\"linux\":{\"security_context\":"
                + "{\"apparmor\":{\"profile_type\":2,\"localhost_ref\":\"web\"}}}}");
    assertThat(web.withProfile(ProfileRef.unconfined()).request())
        .isEqualTo(CriRequest.of(ProfileType.UNCONFINED, ""));
    assertThat(
            parse("linux:\n  securityContext:\n    apparmorProfile: unconfined\n")
                .withProfile(ProfileRef.external("web"))
                .toString())
        .isEqualTo(
            """
            linux:
              securityContext:
                apparmor:
                  profileType: 2
                  localhostRef: web
            """);
    assertThat(
            parse("linux: {security_context: {privileged: true}}")
                .withProfile(ProfileRef.runtimeDefault())
                .request())
        .isEqualTo(CriRequest.of(ProfileType.RUNTIME_DEFAULT, "").asPrivileged());
  }

  @Test
  void changesNothingElse() {
    String text =
        """
        envs:
        - key: PORT
          value: "8080"
        - key: "yes"
          value: "1e3"
        annotations:
          a: "0x1"
          b: "null"
          c: ' padded '
          long: '%s'
        log_path: "0"
        """
            .formatted("word ".repeat(40));
    CrictlConfig edited = parse(text).withProfile(ProfileRef.external("web"));
    assertThat(edited.toString()).startsWith(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "text",
        "{",
        "{} {}",
        "{\"a\":1,\"a\":2}",
        "a: 1\na: 2\n",
        "linux: {security_context: []}",
        "linux: {security_context: {apparmor: x}}",
        "linux: {security_context: {apparmor: {profile_type: 3}}}",
        "linux: {security_context: {apparmor: {profile_type: 1.0}}}",
        "linux: {security_context: {apparmor: {profile_type: Other}}}",
        "linux: {security_context: {apparmor: {localhost_ref: 1}}}",
        "linux: {security_context: {apparmor_profile: [x]}}",
        "linux: {security_context: {privileged: maybe}}",
        "a: &a {b: 1}\nlinux: *a\n",
        "linux: {security_context: {<<: {privileged: true}}}"
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(DiagnosticException.class);
  }

  @Test
  void refusesWhatIsTooMuch() {
    assertThatThrownBy(() -> parse("{\"a\":".repeat(200))).isInstanceOf(DiagnosticException.class);
    assertThatThrownBy(() -> parse("[".repeat(100_000))).isInstanceOf(DiagnosticException.class);
    assertThatThrownBy(() -> parse(" ".repeat((16 << 20) + 1)))
        .isInstanceOf(DiagnosticException.class);
    StringBuilder laughs = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      laughs.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> parse(laughs.toString()))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("aliases");
  }
}
