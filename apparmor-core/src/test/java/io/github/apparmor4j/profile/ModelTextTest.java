package io.github.apparmor4j.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.parse.ProfileParser;
import org.junit.jupiter.api.Test;

/** Every element is shown as its text. */
class ModelTextTest {

  private static final String TEXT =
      """
      abi <abi/4.0>,
      include <tunables/global>
      @{A} = /a "/b c"
      $B = true
      alias /usr -> /mnt/usr,
      # of a program
      profile web /usr/bin/web flags=(complain) {  # why
        include if exists <local/web>
        /x r,  # read
        audit deny {
          /y w,
        }
        if $B {
          /z r,
        } else if @{A} == x {
          /z w,
        } else {
          network,
        }
        hat h {
        }
      }
      """;

  @Test
  void isReadAsTheSameModel() {
    ProfileFile file = ProfileParser.parseOrThrow(TEXT);
    assertThat(ProfileParser.parseOrThrow(file.toString())).isEqualTo(file);
    assertThat(file).hasToString(TEXT);
    Profile profile = file.profiles().get(0);
    String alone = "$B = true\n" + profile + "\n";
    assertThat(ProfileParser.parseOrThrow(alone).profiles()).containsExactly(profile);
    assertThat(ProfileFile.of()).hasToString("");
  }

  @Test
  void whatIsBuiltIsBuiltOn() {
    ProfileFile file = ProfileParser.parseOrThrow(TEXT);
    assertThat(file.toBuilder().build()).isEqualTo(file);
    for (Rule rule : RuleSamples.all().keySet()) {
      if (rule instanceof DbusRule dbus) {
        assertThat(dbus.toBuilder().build()).isEqualTo(dbus);
      } else if (rule instanceof MountRule mount) {
        assertThat(mount.toBuilder().build()).isEqualTo(mount);
      }
    }
  }

  @Test
  void tellsTheMode() {
    assertThat(ProfileParser.parseOrThrow(TEXT).profiles().get(0).mode())
        .isEqualTo(ProfileFlag.Kind.COMPLAIN);
    assertThat(Profile.builder("p").build().mode()).isEqualTo(ProfileFlag.Kind.ENFORCE);
    assertThat(
            Profile.builder("p")
                .flags(ProfileFlag.Kind.AUDIT, ProfileFlag.Kind.KILL)
                .build()
                .mode())
        .isEqualTo(ProfileFlag.Kind.KILL);
  }
}
