package io.github.apparmor4j.automaton;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.source.WorkLimits;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Sets of strings, beside a list of all strings of up to four letters. */
class LanguageProperties {

  private static final WorkLimits LIMITS = WorkLimits.DEFAULT;
  private static final ByteSet LETTERS = ByteSet.range('a', 'c');
  private static final List<byte[]> STRINGS = strings();

  private static List<byte[]> strings() {
    List<String> all = new ArrayList<>(List.of(""));
    for (int i = 0; i < all.size() && all.get(i).length() < 4; i++) {
      for (char c = 'a'; c <= 'd'; c++) {
        all.add(all.get(i) + c);
      }
    }
    return all.stream().map(String::getBytes).toList();
  }

  @Provide
  Arbitrary<Regex> expressions() {
    Arbitrary<ByteSet> sets =
        Arbitraries.of(ByteSet.of('a'), ByteSet.of('b'), LETTERS, LETTERS.minus(ByteSet.of('a')));
    Arbitrary<Regex> leaf = Arbitraries.oneOf(sets.map(Regex::of), sets.map(Regex::star));
    return leaf.list()
        .ofMaxSize(4)
        .<Regex>map(Regex.Sequence::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(Regex::choice);
  }

  @Property(tries = 300)
  void operationsAreThoseOfSets(
      @ForAll("expressions") Regex left, @ForAll("expressions") Regex right) {
    Language a = Language.of(left, LIMITS);
    Language b = Language.of(right, LIMITS);
    Language and = a.and(b, LIMITS);
    Language or = a.or(b, LIMITS);
    Language minus = a.minus(b, LIMITS);
    for (byte[] string : STRINGS) {
      boolean inA = left.matches(string);
      boolean inB = right.matches(string);
      assertThat(a.contains(string)).isEqualTo(inA);
      assertThat(and.contains(string)).isEqualTo(inA && inB);
      assertThat(or.contains(string)).isEqualTo(inA || inB);
      assertThat(minus.contains(string)).isEqualTo(inA && !inB);
    }
    assertThat(and.or(minus, LIMITS).sameAs(a)).isTrue();
    assertThat(a.includes(b, LIMITS)).isEqualTo(b.minus(a, LIMITS).isEmpty());
    assertThat(a.overlaps(b, LIMITS)).isEqualTo(!and.isEmpty());
    assertThat(a.sameAs(b)).isEqualTo(minus.isEmpty() && b.minus(a, LIMITS).isEmpty());
  }

  @Property(tries = 300)
  void theWitnessIsShortestAndTheCountIsRight(@ForAll("expressions") Regex regex) {
    Language set = Language.of(regex, LIMITS);
    List<byte[]> members = STRINGS.stream().filter(set::contains).toList();
    assertThat(set.witness().isPresent()).isEqualTo(!set.isEmpty());
    if (!members.isEmpty()) {
      assertThat(set.contains(set.witness().orElseThrow())).isTrue();
      assertThat(set.witness().orElseThrow()).hasSameSizeAs(members.get(0));
    }
    assertThat(Math.round(Math.pow(2, set.log2Count(4)))).isEqualTo(members.size());
  }
}
