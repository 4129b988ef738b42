package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LabelTest {

  @Test
  void readsWhatKernelsWrite() {
    assertThat(Label.parse("unconfined\n").isUnconfined()).isTrue();
    assertThat(Label.parse("web (enforce)\n"))
        .isEqualTo(new Label(List.of(new Label.Part("", "web")), "enforce"));
    assertThat(Label.parse("q//hat1 (complain)").parts())
        .containsExactly(new Label.Part("", "q//hat1"));
    assertThat(Label.parse("a//&:ns:b//c (mixed)").parts())
        .containsExactly(new Label.Part("", "a"), new Label.Part("ns", "b//c"));
    assertThat(Label.parse(":ns://unconfined").parts())
        .containsExactly(new Label.Part("ns", "unconfined"));
    assertThat(Label.parse("odd (name) (kill)").parts())
        .containsExactly(new Label.Part("", "odd (name)"));
  }

  @Test
  void writesThemBack() {
    for (String text :
        List.of(
            "unconfined",
            "web (enforce)",
            "a//&:ns:b//c (mixed)",
            ":ns://unconfined",
            "p (unconfined)",
            "/usr/bin/x y (kill)")) {
      assertThat(Label.parse(text)).hasToString(text);
    }
  }
}
