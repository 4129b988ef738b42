package io.github.apparmor4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.profile.ProfileFlag.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileFlagTest {

  @ParameterizedTest
  @CsvSource({
    "ERROR, EBOGUS",
    "ERROR, -",
    "ERROR,",
    "KILL_SIGNAL, nonsense",
    "KILL_SIGNAL,",
    "COMPLAIN, x",
  })
  void refusesValuesThatMeanNothing(Kind kind, String value) {
    assertThatThrownBy(() -> new ProfileFlag(kind, value))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesNamesOfErrorsAndSignals() {
    assertThat(new ProfileFlag(Kind.ERROR, "EPERM")).hasToString("error=EPERM");
    assertThat(ProfileFlag.errno("eperm")).contains(1);
    assertThat(ProfileFlag.errno("EBOGUS")).isEmpty();
    assertThat(new ProfileFlag(Kind.KILL_SIGNAL, "term")).hasToString("kill.signal=term");
  }
}
