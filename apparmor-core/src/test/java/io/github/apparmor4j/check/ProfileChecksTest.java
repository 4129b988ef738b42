package io.github.apparmor4j.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.RuleSamples;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Sarif;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileChecksTest {

  private static List<Diagnostic> found(String text) {
    return ProfileChecks.run(
        Resolver.of(IncludeResolver.memory(Map.of("base", "/etc/** r,\nunix,\n")))
            .resolve(ProfileParser.parse(SourceText.of("p", text))),
        Features.LINUX_6_12);
  }

  private static List<String> codes(String rules) {
    return found("@{n} = a b\n@{HOME} = /home/u\n@{p_x} = x\nprofile p {\n" + rules + "\n}\n")
        .stream()
        .map(Diagnostic::code)
        .filter(code -> code.equals("AA-CHECK-0003") || code.equals("AA-CHECK-0004"))
        .toList();
  }

  @ParameterizedTest(name = "{0} covers {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/foo/** r, | /foo/bar r,",
        "/foo/** r, | /foo/* r,",
        "/foo/** rw, | /foo/bar a,",
        "/foo r, | owner /foo r,",
        "/foo rPx, | /foo r,",
        "/@{n}/x r, | /a/x r,",
        "audit /x r, | /x r,",
        "priority=1 /x r, | /x r,",
        "capability, | capability kill,",
        "network inet stream, | network inet tcp,",
        "network inet, | network inet stream,",
        "signal, | signal (send) set=(term) peer=x,",
        "unix addr=@foo*, | unix (send) addr=@foobar,",
        "mount /** -> /**, | mount /c/d -> /3/4,",
        "dbus bus=system, | dbus send bus=system path=/x,",
        "change_profile -> /bin/*, | change_profile -> /bin/a,",
        "link /a -> /**, | link subset /a -> /b,",
      })
  void findsRulesThatDoNothing(String wide, String narrow) {
    assertThat(codes(wide + "\n" + narrow)).containsExactly("AA-CHECK-0003");
    assertThat(codes(narrow + "\n" + wide)).containsExactly("AA-CHECK-0003");
  }

  /**
   * Every kind of rule is compared: a rule that stands there twice does nothing the second time.
   */
  @Test
  void knowsEverySampleAgain() {
    for (RuleSamples.Sample sample : RuleSamples.samples()) {
      assertThat(codes(sample.text() + "\n" + sample.text()))
          .as(sample.text())
          .containsExactly("AA-CHECK-0003");
    }
  }

  @Test
  void ofEqualRulesFindsTheLater() {
    assertThat(found("profile p {\n  /{a,b} r,\n  /{b,a} r,\n}\n"))
        .extracting(d -> d.place().line() + " " + d.code())
        .containsExactly("3 AA-CHECK-0003");
  }

  @ParameterizedTest(name = "{0} does not cover {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/foo/* r, | /foo/** w,",
        "/foo Pix, | /foo Px,",
        "/foo Px, | /foo Px -> bar,",
        "network inet stream ip=1.1.1.1, | network inet stream port=5,",
        "network inet tcp, | network inet6 stream ip=::1,",
        "unix type=stream, | unix addr=@a,",
        "mount options=(rw suid), | mount options=(rw),",
        "mount options in (ro), | mount options=(ro),",
        "signal (send), | signal (receive),",
        "deny /a r, | /b r,",
        "deny owner /a r, | /a r,",
        "deny /a w, | /a rw,",
      })
  void leavesRulesThatDoSomething(String one, String other) {
    assertThat(codes(one + "\n" + other)).isEmpty();
  }

  @Test
  void findsRulesThatAreDenied() {
    assertThat(found("profile p {\n  /etc/x r,\n  deny /etc/** rw,\n}\n"))
        .extracting(Diagnostic::toString)
        .containsExactly(
            "p:2:3: warning: never in force: denied by 'deny /etc/** rw,' at p:3:3"
                + " [AA-CHECK-0004]");
  }

  @Test
  void judgesTheFilesOwnRulesAlone() {
    assertThat(found("profile p {\n  include <base>\n  /etc/** r,\n  /etc/x r,\n}\n"))
        .extracting(d -> d.place().line() + " " + d.code())
        .containsExactly("3 AA-CHECK-0003", "4 AA-CHECK-0003");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deny /proc/sysrq-trigger w, /proc/sys* w,",
        "/etc/apparmor.d/** r,",
        "capability sys_module, deny capability sys_module,",
        "/bin/bash ix,",
        "ptrace (read),",
        "mount fstype=tmpfs -> /tmp/,",
        "change_profile -> web-*,",
        "deny /** w, /** rw,",
        "deny /bin/* x, /bin/* Ux,"
      })
  void findsNothingDangerousWhereItIsNot(String rules) {
    assertThat(found("profile p { " + rules + " }"))
        .extracting(Diagnostic::code)
        .filteredOn(code -> code.compareTo("AA-CHECK-0010") >= 0)
        .isEmpty();
  }

  @Test
  void writesSarif() throws IOException {
    StringBuilder out = new StringBuilder();
    Sarif.write(found("profile p {\n  include <base>\n  \"/etc/ä\" r,\n}\n"), "aa", "1", out);
    assertThat(out.toString())
        .isEqualTo(
            "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/"
                + "sarif-schema-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":"
                + "{\"name\":\"aa\",\"version\":\"1\",\"rules\":["
                + "{\"id\":\"AA-CHECK-0003\",\"shortDescription\":{\"text\":"
                + "\"a rule that does nothing more than another\"},\"help\":{\"text\":\"remove it\"},"
                + "\"defaultConfiguration\":{\"level\":\"warning\"}}]}},"
                + "\"columnKind\":\"unicodeCodePoints\",\"results\":[\n"
                + "{\"ruleId\":\"AA-CHECK-0003\",\"ruleIndex\":0,\"level\":\"warning\",\"message\":"
                + "{\"text\":\"does nothing more than '/etc/** r,' at base:1:1\"},\"locations\":["
                + "{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"p\"},\"region\":"
                + "{\"startLine\":3,\"startColumn\":3,\"endLine\":3,\"endColumn\":14}}}]}]}]}\n");
  }
}
