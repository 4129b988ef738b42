package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciSpecTest {

  private static final String SPEC =
      """
      {
      \t"ociVersion": "1.0.2-dev",
      \t"process": {
      \t\t"terminal": false,
      \t\t"args": ["sh", "é\\u00e9", {"apparmorProfile": "not this"}],
      \t\t"apparmorProfile" :  "old" ,
      \t\t"noNewPrivileges": true
      \t},
      \t"linux": { "apparmorProfile": "nor this" }
      }
      """;

  private final ProfileRef web = ProfileRef.external("web \"1\"");

  private static OciSpec parse(String text) {
    return OciSpec.parse(SourceText.of("config.json", text));
  }

  @Test
  void changesTheProfileAndNothingElse() {
    OciSpec spec = parse(SPEC);
    assertThat(spec.profile()).contains("old");
    OciSpec changed = spec.withProfile(web);
    assertThat(changed.profile()).contains("web \"1\"");
    assertThat(changed).hasToString(SPEC.replace("\"old\"", "\"web \\\"1\\\"\""));
    assertThat(changed.withProfile(ProfileRef.external("old"))).hasToString(SPEC);
    OciSpec none = spec.withProfile(ProfileRef.unconfined());
    assertThat(none.profile()).isEmpty();
    assertThat(none).hasToString(SPEC.replace("\"old\"", "\"\""));
  }

  @Test
  void addsTheKeyWhereThereIsNone() {
    assertThat(parse("{\n  \"process\": {\n    \"cwd\": \"/\"\n  }\n}").withProfile(web))
        .hasToString(
            "{\n  \"process\": {\n    \"apparmorProfile\": \"web \\\"1\\\"\",\n    \"cwd\":"
                + " \"/\"\n  }\n}");
    assertThat(parse("{\"process\": { } }").withProfile(web))
        .hasToString("{\"process\": {\"apparmorProfile\": \"web \\\"1\\\"\" } }");
    assertThat(parse("{}").withProfile(web))
        .hasToString("{\"process\": {\"apparmorProfile\": \"web \\\"1\\\"\"}}");
    assertThat(parse("{}").withProfile(ProfileRef.unconfined())).hasToString("{}");
    assertThatThrownBy(() -> parse("{}").withProfile(ProfileRef.runtimeDefault()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{} {}",
        "{\"process\": {}, \"process\": {}}",
        "{\"process\": {\"apparmorProfile\": \"a\", \"apparmorProfile\": \"b\"}}",
        "{\"process\": {\"apparmorProfile\": 1}}",
        "{\"process\": {\"apparmorProfile\": \"a"
      })
  void refusesWhatIsNoConfiguration(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(DiagnosticException.class);
  }

  @Test
  void hasLimits() {
    assertThatThrownBy(() -> parse("{\"a\":".repeat(200) + "1" + "}".repeat(200)))
        .isInstanceOf(DiagnosticException.class);
    assertThatThrownBy(() -> parse("{\"a\": \"" + "x".repeat(17 << 20) + "\"}"))
        .isInstanceOf(DiagnosticException.class);
  }
}
