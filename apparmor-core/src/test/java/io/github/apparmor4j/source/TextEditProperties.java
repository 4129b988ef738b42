package io.github.apparmor4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TextEditProperties {

  /** A text, and edits of it that are in order. */
  record Edited(String text, List<TextEdit> edits) {}

  @Provide
  Arbitrary<Edited> edited() {
    Arbitrary<String> texts = Arbitraries.strings().ofMinLength(0).ofMaxLength(40);
    // Cuts of the text: every second stretch between them is replaced.
    Arbitrary<List<Integer>> cuts = Arbitraries.integers().between(0, 40).list().ofMaxSize(12);
    Arbitrary<List<String>> replacements = Arbitraries.strings().ofMaxLength(5).list().ofSize(6);
    return Combinators.combine(texts, cuts, replacements)
        .as(
            (text, places, inserted) -> {
              List<Integer> sorted =
                  places.stream().map(place -> Math.min(place, text.length())).sorted().toList();
              List<TextEdit> edits = new ArrayList<>();
              for (int i = 0; i + 1 < sorted.size(); i += 2) {
                edits.add(TextEdit.replace(sorted.get(i), sorted.get(i + 1), inserted.get(i / 2)));
              }
              return new Edited(text, edits);
            });
  }

  @Property(seed = "20261127")
  void equalsReplacingOneByOneFromTheEnd(@ForAll("edited") Edited edited) {
    StringBuilder naive = new StringBuilder(edited.text);
    for (int i = edited.edits.size() - 1; i >= 0; i--) {
      TextEdit edit = edited.edits.get(i);
      naive.replace(edit.span().start(), edit.span().end(), edit.replacement());
    }
    SourceText applied = TextEdit.apply(SourceText.of("x", edited.text), edited.edits);
    assertThat(applied.text()).isEqualTo(naive.toString());
  }

  @Property(seed = "20261127")
  void everyOtherOrderIsRefused(@ForAll("edited") Edited edited) {
    List<TextEdit> reversed = new ArrayList<>(edited.edits);
    Collections.reverse(reversed);
    // Edits of one empty place are in order both ways.
    Assume.that(
        !reversed.isEmpty()
            && reversed.get(0).span().end() > reversed.get(reversed.size() - 1).span().start()
            && reversed.size() > 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextEdit.apply(SourceText.of("x", edited.text), reversed));
  }
}
