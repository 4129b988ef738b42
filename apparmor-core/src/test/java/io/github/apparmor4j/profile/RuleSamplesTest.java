package io.github.apparmor4j.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.parse.ProfileParser;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RuleSamplesTest {

  @Test
  void everyKindHasASample() {
    assertThat(RuleSamples.all().keySet().stream().map(Object::getClass).distinct())
        .containsAll(Arrays.asList(Rule.class.getPermittedSubclasses()));
  }

  @Test
  void everySampleIsItsTextAndParsesBack() {
    RuleSamples.all()
        .forEach(
            (rule, text) -> {
              assertThat(rule.toString()).isEqualTo(text);
              assertThat(
                      ProfileParser.parseOrThrow("profile p { " + text + " }")
                          .profiles()
                          .get(0)
                          .rules())
                  .containsExactly(rule);
            });
  }
}
