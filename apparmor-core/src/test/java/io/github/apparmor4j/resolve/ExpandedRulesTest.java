package io.github.apparmor4j.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is checked of rules and names is checked of what variables make of them, too. */
class ExpandedRulesTest {

  private static Compilation compile(String text) {
    return KernelRelease.LINUX_7_2
        .compiler()
        .compile(SourceText.of("file", text), IncludeResolver.none());
  }

  private static List<String> codes(String text) {
    return Diagnostic.errors(compile(text).diagnostics()).stream().map(Diagnostic::code).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@{X}=foo\nprofile p { unix addr=@{X}, }",
        "@{X}=\"\"\nprofile p { unix addr=@{X}, }",
        "@{X}=foo\nprofile p { unix peer=(addr=@{X}), }",
        "@{X}=\"\"\nprofile p { @{X} r, }",
        "@{X}=\"\"\nprofile p { link @{X} -> /x, }",
      })
  void refusesRulesThatCantBeWritten(String text) {
    assertThat(codes(text)).containsExactly("AA-RESOLVE-0019");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@{X}=:foo\nprofile @{X} { }",
        "@{X}=:foo:\nprofile @{X} { }",
        "@{X}=\"\"\nprofile @{X} { }",
        "@{X}=&a\nprofile @{X} { }",
      })
  void refusesNamesThatCantBeWritten(String text) {
    assertThat(codes(text)).containsExactly("AA-RESOLVE-0020");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@{X}=@x @y\nprofile p { unix addr=@{X}, }",
        "@{X}=none\nprofile p { unix addr=@{X}, }",
        "@{X}=foo\nprofile p { @{X}/bar r, }",
        "@{X}=\"\"\nprofile p { signal peer=@{X}, }",
        "@{X}=\"\"\nprofile p { ptrace peer=@{X}, }",
        "@{X}=\"\"\nprofile p { change_profile -> @{X}, }",
        "@{X}=\"\"\nprofile p { dbus bus=@{X}, }",
        "@{X}=\"\"\nprofile p { dbus send peer=(label=@{X}), }",
        "@{X}=\"\"\nprofile p { mount /a -> @{X}, }",
        "@{X}=\"\"\nprofile p { umount @{X}, }",
        "@{X}=\"\" /usr\nprofile p { @{X}/bin/a r, }",
        "@{X}=/a /b\nprofile p { @{X}/** r, }",
        "@{X}=:foo:bar\nprofile @{X} { hat h { } }",
        "profile foo { }\nprofile :null:foo { }",
        "profile a { hat h { } }\nprofile :ns:a { hat h { } }",
        "profile a { ^/app { /x r, } }",
      })
  void takesWhatCanBe(String text) {
    assertThat(compile(text).diagnostics()).noneMatch(Diagnostic::isError);
  }

  @Test
  void keepsWhatWasWrittenBesideWhatHolds() {
    ResolvedRule rule =
        compile("@{X}=/a /b\nprofile p { @{X}/c r, }").profiles().get(0).source().rules().get(0);
    assertThat(rule.written()).hasToString("@{X}/c r,");
    assertThat(rule.rule()).hasToString("/{a,b}/c r,");
  }

  @Test
  void refusesTextsThatNoKernelTakes() {
    String name = "x".repeat(65_535);
    assertThat(codes("profile " + name + " { }")).containsExactly("AA-COMPILE-0008");
    assertThat(codes("profile p { /x px -> " + name + ", }")).containsExactly("AA-COMPILE-0008");
    Compilation longest = compile("profile " + name.substring(1) + " { }");
    assertThat(longest.orThrow().toBytes()).hasSizeGreaterThan(65_534);
    assertThat(codes("profile p { set rlimit cpu <= 99999999999days, }"))
        .containsExactly("AA-PARSE-0022");
  }
}
