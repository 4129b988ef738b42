package io.github.apparmor4j.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileNameTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "a//b", "/usr/bin/x", "a///app///c", ":ns:a//b", ":n//m:/x", "null"})
  void isPrintedAsItWasRead(String name) {
    assertThat(ProfileName.parse(name)).hasToString(name);
  }

  /** As 6.1, 6.12 and 7.2 show it: docs/real-kernels.md. */
  @Test
  void isSplitFromTheLeft() {
    assertThat(ProfileName.parse("a///app").segments()).containsExactly("a", "/app");
    assertThat(ProfileName.parse("b///app///c").segments()).containsExactly("b", "/app", "/c");
    assertThat(ProfileName.parse("/srv/z//b").segments()).containsExactly("/srv/z", "b");
    assertThat(ProfileName.parse(":ns://x")).isEqualTo(new ProfileName("ns", List.of("x")));
  }

  @Test
  void knowsItsFamily() {
    ProfileName child = ProfileName.parse(":ns:a///app//c");
    assertThat(child.parent()).map(ProfileName::toString).contains(":ns:a///app");
    assertThat(child.localName()).isEqualTo("c");
    assertThat(child.isBelow(ProfileName.parse(":ns:a"))).isTrue();
    assertThat(child.isBelow(ProfileName.parse("a"))).isFalse();
    assertThat(child.isBelow(child)).isFalse();
    assertThat(ProfileName.parse("ab//c").isBelow(ProfileName.parse("a"))).isFalse();
    assertThat(ProfileName.parse("a").child("/x")).hasToString("a///x");
    assertThat(ProfileName.parse("a").parent()).isEmpty();
  }

  @Test
  void tellsNoNamespaceFromOneCalledNull() {
    assertThat(ProfileName.parse("a")).isNotEqualTo(ProfileName.parse(":null:a"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", ":ns", ":ns:", "::a", ":ns://", "a//"})
  void refusesWhatIsNoName(String text) {
    assertThatThrownBy(() -> ProfileName.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
