package io.github.apparmor4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.source.SourceText;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RuleSamplesTest {

  @Test
  void everyKindHasASample() {
    assertThat(RuleSamples.all().keySet().stream().map(Object::getClass).distinct())
        .containsAll(Arrays.asList(Rule.class.getPermittedSubclasses()));
  }

  @Test
  void anUnknownKeywordIsKeptAndRefused() {
    ParseResult<ProfileFile> parsed =
        ProfileParser.parse(
            SourceText.of("p", "profile p {\n  frobnicate (a b) /x,\n  /y r,\n}\n"));
    assertThat(parsed.diagnostics())
        .singleElement()
        .satisfies(d -> assertThat(d.code()).isEqualTo("AA-PARSE-0018"));
    assertThat(parsed.model().profiles().get(0).rules())
        .containsExactly(new UnrecognizedRule("frobnicate (a b) /x"), FileRule.of("/y", "r"));
    Profile built = Profile.builder("p").add(new UnrecognizedRule("frobnicate")).build();
    assertThatThrownBy(
            () ->
                PolicyCompiler.forKernel(Features.LINUX_6_12).compileOrThrow(ProfileFile.of(built)))
        .hasMessageContaining("unknown rule");
  }

  @Test
  void everySampleIsItsTextAndParsesBack() {
    RuleSamples.all()
        .forEach(
            (rule, text) -> {
              assertThat(rule.toString()).isEqualTo(text);
              assertThat(
                      ProfileParser.parse(SourceText.of("sample", "profile p { " + text + " }"))
                          .model()
                          .profiles()
                          .get(0)
                          .rules())
                  .containsExactly(rule);
            });
  }
}
