package io.github.apparmor4j.glob;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.DfaBuilder;
import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.source.WorkLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GlobProperties {

  @Provide
  Arbitrary<String> globs() {
    return Arbitraries.of(
            "a",
            "b",
            "/",
            "*",
            "**",
            "?",
            "[ab]",
            "[^a]",
            "[a-c]",
            "{a,b}",
            "{,c}",
            "{/,a*}",
            "{b,{a,}c}/",
            "***")
        .list()
        .ofMaxSize(6)
        .map(pieces -> "/" + String.join("", pieces))
        // Runs of slashes are folded by the path reader; the matcher knows nothing of that.
        .filter(glob -> !glob.contains("//") && !glob.contains("/{/") && !glob.contains("}//"));
  }

  @Provide
  Arbitrary<String> strings() {
    return Arbitraries.strings().withChars('a', 'b', 'c', '/').ofMaxLength(7).map(s -> "/" + s);
  }

  @Property(tries = 3000, seed = "20261123")
  void matcherTreeAndAutomataAgree(@ForAll("globs") String glob, @ForAll("strings") String string) {
    boolean expected = NaiveMatcher.matches(glob, string);
    assertThat(GlobRegex.path(glob).matches(string)).as(glob).isEqualTo(expected);
    Aare aare = Aare.path(glob);
    assertThat(aare.matches(string)).as(glob + " on " + string).isEqualTo(expected);
    Dfa dfa =
        DfaBuilder.build(List.of(aare.regex().labelled(3)), WorkLimits.DEFAULT, (l, s) -> l[0]);
    Dfa minimal = dfa.minimize();
    byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
    assertThat(dfa.label(dfa.run(bytes)) == 3).isEqualTo(expected);
    assertThat(minimal.label(minimal.run(bytes)) == 3).isEqualTo(expected);
    assertThat(minimal.size()).isLessThanOrEqualTo(dfa.size() + 1);
    assertThat(Dfa.difference(dfa, minimal)).isNull();
    assertThat(minimal.minimize().size()).isEqualTo(minimal.size());
    PackedDfa packed = PackedDfa.pack(minimal, false);
    for (int state = 0; state < minimal.size(); state++) {
      for (int value = 0; value < 256; value++) {
        assertThat(packed.step(state, value)).isEqualTo(minimal.step(state, value));
      }
    }
  }
}
