package io.github.apparmor4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextEditTest {

  private static final SourceText SOURCE = SourceText.of("name", "0123456789");

  private static String applied(TextEdit... edits) {
    return TextEdit.apply(SOURCE, List.of(edits)).text();
  }

  private static void refuses(String message, TextEdit... edits) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> applied(edits))
        .withMessageContaining(message);
  }

  @Test
  void replacesInsertsAndRemoves() {
    assertThat(applied(TextEdit.replace(2, 4, "abc"))).isEqualTo("01abc456789");
    assertThat(applied(TextEdit.insert(0, "a"))).isEqualTo("a0123456789");
    assertThat(applied(TextEdit.insert(10, "a"))).isEqualTo("0123456789a");
    assertThat(applied(TextEdit.remove(0, 10))).isEmpty();
  }

  @Test
  void offsetsAreThoseOfTheTextBeforeAnyEdit() {
    assertThat(
            applied(
                TextEdit.replace(1, 2, "long"), TextEdit.remove(4, 6), TextEdit.insert(9, "new")))
        .isEqualTo("0long23678new9");
  }

  @Test
  void keepsTheName() {
    assertThat(TextEdit.apply(SOURCE, List.of(TextEdit.insert(0, "a"))).name()).isEqualTo("name");
  }

  @Test
  void noEditsGiveTheSameText() {
    assertThat(TextEdit.apply(SOURCE, List.of())).isSameAs(SOURCE);
  }

  @Test
  void editsMayTouch() {
    assertThat(
            applied(
                TextEdit.insert(2, "a"),
                TextEdit.insert(2, "b"),
                TextEdit.replace(2, 4, "c"),
                TextEdit.replace(4, 5, "d"),
                TextEdit.insert(5, "e")))
        .isEqualTo("01abcde56789");
  }

  @Test
  void refusesOverlaps() {
    refuses("overlaps one that ends at 5", TextEdit.remove(2, 5), TextEdit.remove(4, 6));
    refuses("overlaps one that ends at 5", TextEdit.remove(2, 5), TextEdit.remove(2, 5));
    refuses("overlaps one that ends at 5", TextEdit.remove(2, 5), TextEdit.insert(3, "a"));
  }

  @Test
  void refusesAnotherOrder() {
    refuses("comes after it", TextEdit.insert(5, "a"), TextEdit.insert(4, "b"));
    refuses("comes after it", TextEdit.replace(2, 4, "a"), TextEdit.insert(2, "b"));
  }

  @Test
  void refusesPlacesBeyondTheText() {
    refuses("reaches beyond a text of 10 characters", TextEdit.insert(11, "a"));
    refuses("reaches beyond a text of 10 characters", TextEdit.remove(9, 11));
    assertThatIllegalArgumentException().isThrownBy(() -> TextEdit.insert(-1, "a"));
    assertThatIllegalArgumentException().isThrownBy(() -> TextEdit.remove(2, 1));
  }
}
