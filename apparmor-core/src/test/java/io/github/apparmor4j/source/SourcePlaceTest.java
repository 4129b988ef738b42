package io.github.apparmor4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SourcePlaceTest {

  private static final SourceText TEXT = SourceText.of("name", "one\n  two\n");

  @Test
  void isShownAsEditorsReadIt() {
    SourcePlace place = SourcePlace.of(TEXT, new SourceSpan(6, 9));
    assertThat(place).hasToString("name:2:3");
    assertThat(place.line()).isEqualTo(2);
    assertThat(place.column()).isEqualTo(3);
    assertThat(SourcePlace.of(TEXT, new SourceSpan(10, 10))).hasToString("name:3:1");
  }

  @Test
  void knowsTheIncludesThatLedThere() {
    SourcePlace outermost = SourcePlace.of(SourceText.of("a", "x"), new SourceSpan(0, 1));
    SourcePlace middle = new SourcePlace(SourceText.of("b", "x"), new SourceSpan(1, 1), outermost);
    SourcePlace place = new SourcePlace(TEXT, new SourceSpan(0, 0), middle);
    assertThat(outermost.includeChain()).isEmpty();
    assertThat(place.includeChain()).containsExactly(middle, outermost);
  }

  @Test
  void refusesASpanThatEndsAfterTheText() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SourcePlace.of(TEXT, new SourceSpan(0, 11)))
        .withMessageEndingWith("ends after name");
  }

  @Test
  void aSpanIsAStretch() {
    assertThat(new SourceSpan(3, 3)).isEqualTo(new SourceSpan(3, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SourceSpan(-1, 0))
        .withMessage("span -1..0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SourceSpan(2, 1))
        .withMessage("span 2..1");
  }
}
