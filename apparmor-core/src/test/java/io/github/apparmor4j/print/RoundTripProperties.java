package io.github.apparmor4j.print;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.Arbitraries;
import io.github.apparmor4j.profile.ProfileFile;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RoundTripProperties {

  @Provide
  Arbitrary<ProfileFile> files() {
    return Arbitraries.files();
  }

  @Property(tries = 1000, seed = "20261123")
  void printedModelsParseBackAndPrintTheSame(@ForAll("files") ProfileFile file) {
    String text = ProfilePrinter.print(file);
    ProfileFile back = ProfileParser.parseOrThrow(text);
    assertThat(back).as(text).isEqualTo(file);
    assertThat(ProfilePrinter.print(back)).isEqualTo(text);
  }
}
