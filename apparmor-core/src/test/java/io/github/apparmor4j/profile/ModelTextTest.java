package io.github.apparmor4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.apparmor4j.parse.ProfileParser;
import java.util.List;
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

  /** It would be read as part of that one. */
  @Test
  void noCommentTrailsAComment() {
    Comment own = Comment.of("a");
    Comment trailing = new Comment(" b", true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Profile.builder("p").add(own).add(trailing).build())
        .withMessage("a trailing comment follows a comment: # b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RuleBlock(Qualifiers.NONE, List.of(trailing, trailing)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProfileFile.of(own, trailing))
        .withMessage("nothing stands before the trailing comment # b");
    assertThat(Profile.builder("p").add(trailing).add(own).build())
        .hasToString("profile p {  # b\n  # a\n}");
  }

  /** Comments inside of a header go into the body, after one that stands behind the brace. */
  @Test
  void keepsTheCommentsOfAHeader() {
    ProfileFile file =
        ProfileParser.parseOrThrow("profile p # a\n  flags=(complain) # b\n{ # c\n}\n");
    assertThat(file).hasToString("profile p flags=(complain) {  # c\n  # a\n  # b\n}\n");
    assertThat(ProfileParser.parseOrThrow(file.toString())).isEqualTo(file);
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
