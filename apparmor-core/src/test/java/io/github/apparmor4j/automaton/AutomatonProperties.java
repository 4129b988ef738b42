package io.github.apparmor4j.automaton;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.source.WorkLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Random expressions: the automaton beside derivatives of the expressions, its minimum beside
 * Moore's, and packed tables beside both, in plain and in differential rows.
 */
class AutomatonProperties {

  private static final int MOST_LABELS = 8;

  // ---- a naive language: what is left of an expression after a byte

  /** Returns whether the empty string is in a language. */
  private static boolean isEmptyIn(Regex regex) {
    if (regex instanceof Regex.Bytes) {
      return false;
    }
    if (regex instanceof Regex.Sequence sequence) {
      return sequence.parts().stream().allMatch(AutomatonProperties::isEmptyIn);
    }
    if (regex instanceof Regex.Choice choice) {
      return choice.choices().stream().anyMatch(AutomatonProperties::isEmptyIn);
    }
    return true; // a star
  }

  /** Returns the expressions, one of which the rest of a string after a byte is in. */
  private static List<Regex> after(Regex regex, int value) {
    if (regex instanceof Regex.Bytes bytes) {
      return bytes.set().contains(value) ? List.of(Regex.sequence()) : List.of();
    }
    if (regex instanceof Regex.Star star) {
      return star.set().contains(value) ? List.of(star) : List.of();
    }
    if (regex instanceof Regex.Choice choice) {
      return choice.choices().stream().flatMap(each -> after(each, value).stream()).toList();
    }
    List<Regex> all = new ArrayList<>();
    List<Regex> parts = ((Regex.Sequence) regex).parts();
    for (int i = 0; i < parts.size(); i++) {
      List<Regex> rest = parts.subList(i + 1, parts.size());
      for (Regex each : after(parts.get(i), value)) {
        List<Regex> left = new ArrayList<>(List.of(each));
        left.addAll(rest);
        all.add(new Regex.Sequence(left));
      }
      if (!isEmptyIn(parts.get(i))) {
        break;
      }
    }
    return all;
  }

  private static boolean matches(Regex regex, byte[] string) {
    List<Regex> left = List.of(regex);
    for (byte value : string) {
      left = left.stream().flatMap(each -> after(each, value & 0xFF).stream()).distinct().toList();
    }
    return left.stream().anyMatch(AutomatonProperties::isEmptyIn);
  }

  // ---- random expressions and strings

  private static Arbitrary<Regex> regexes(int depth) {
    Arbitrary<ByteSet> sets =
        Arbitraries.of(
            ByteSet.of('a'),
            ByteSet.of('b'),
            ByteSet.range('a', 'c'),
            ByteSet.ALL.minus(ByteSet.of('/')),
            ByteSet.ALL.minus(ByteSet.of(0)),
            ByteSet.of(0));
    Arbitrary<Regex> leaf = Arbitraries.oneOf(sets.map(Regex::of), sets.map(Regex::star));
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<List<Regex>> lists = regexes(depth - 1).list().ofMinSize(1).ofMaxSize(3);
    return Arbitraries.oneOf(
        leaf,
        lists.map(Regex.Sequence::new),
        lists.map(Regex::choice),
        lists.map(list -> Regex.sequence(Regex.text("/ab"), new Regex.Sequence(list))));
  }

  @Provide
  Arbitrary<List<Regex>> expressions() {
    return regexes(2).list().ofMinSize(1).ofMaxSize(MOST_LABELS);
  }

  @Provide
  Arbitrary<List<byte[]>> strings() {
    Arbitrary<String> pieces =
        Arbitraries.of("a", "b", "c", "/", "/ab", "\0", "x", "\u00ff")
            .list()
            .ofMaxSize(6)
            .map(list -> String.join("", list));
    return Combinators.combine(pieces.list().ofSize(20), Arbitraries.just(""))
        .as(
            (list, none) ->
                list.stream().map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList());
  }

  /** A label for each set of expressions: bit i + 1 of what matches expression i. */
  private static Dfa build(List<Regex> expressions) {
    List<Regex.Labelled> labelled =
        IntStream.range(0, expressions.size())
            .mapToObj(i -> expressions.get(i).labelled(i))
            .toList();
    return DfaBuilder.build(
        labelled,
        WorkLimits.DEFAULT,
        (labels, state) ->
            Arrays.stream(labels).map(label -> 1 << label).reduce(0, (a, b) -> a | b));
  }

  private static int label(List<Regex> expressions, byte[] string) {
    int label = 0;
    for (int i = 0; i < expressions.size(); i++) {
      label |= matches(expressions.get(i), string) ? 1 << i : 0;
    }
    return label;
  }

  @Property(tries = 500, seed = "20261127")
  void everyFormSaysWhatTheExpressionsSay(
      @ForAll("expressions") List<Regex> expressions, @ForAll("strings") List<byte[]> strings) {
    Dfa dfa = build(expressions);
    Dfa minimal = dfa.minimize();
    List<PackedDfa> packed = List.of(PackedDfa.pack(minimal, false), PackedDfa.pack(minimal, true));
    for (byte[] string : strings) {
      int expected = label(expressions, string);
      assertThat(dfa.label(dfa.run(string))).as(Arrays.toString(string)).isEqualTo(expected);
      assertThat(minimal.label(minimal.run(string))).isEqualTo(expected);
      for (PackedDfa tables : packed) {
        int state = Dfa.START;
        for (byte value : string) {
          state = tables.step(state, value & 0xFF);
        }
        assertThat(minimal.label(state)).isEqualTo(expected);
      }
      for (int i = 0; i < expressions.size(); i++) {
        assertThat(expressions.get(i).matches(string)).isEqualTo((expected >> i & 1) != 0);
      }
    }
  }

  /**
   * Moore's: states are told apart by their labels, then by where each byte leads, until all are.
   */
  private static int classes(Dfa dfa) {
    int[] of = new int[dfa.size()];
    Map<Object, Integer> numbers = new HashMap<>();
    for (int s = 0; s < of.length; s++) {
      of[s] = numbers.computeIfAbsent(dfa.label(s), key -> numbers.size());
    }
    for (int before = 0; before != numbers.size(); ) {
      before = numbers.size();
      Map<Object, Integer> finer = new HashMap<>();
      int[] next = new int[of.length];
      for (int s = 0; s < of.length; s++) {
        List<Integer> key = new ArrayList<>(List.of(of[s]));
        for (int value = 0; value <= 255; value++) {
          key.add(of[dfa.step(s, value)]);
        }
        next[s] = finer.computeIfAbsent(key, k -> finer.size());
      }
      of = next;
      numbers.clear();
      numbers.putAll(finer);
    }
    return numbers.size();
  }

  @Property(tries = 300, seed = "20261127")
  void theMinimumIsMooresMinimum(@ForAll("expressions") List<Regex> expressions) {
    Dfa minimal = build(expressions).minimize();
    assertThat(classes(minimal)).isEqualTo(minimal.size());
    assertThat(Dfa.difference(minimal, build(expressions))).isNull();
  }

  /** Words in which many states are alike, and many are told apart by one byte alone. */
  @Provide
  Arbitrary<List<Regex>> words() {
    Arbitrary<String> word =
        Arbitraries.of("a", "b", "c", "ab", "cb")
            .list()
            .ofMaxSize(5)
            .map(parts -> String.join("", parts));
    return word.list()
        .ofMinSize(40)
        .ofMaxSize(120)
        .map(
            words ->
                IntStream.range(0, MOST_LABELS)
                    .mapToObj(
                        label ->
                            Regex.choice(
                                IntStream.range(0, words.size())
                                    .filter(i -> i % MOST_LABELS == label)
                                    .mapToObj(i -> Regex.text("/" + words.get(i)))
                                    .toList()))
                    .toList());
  }

  @Property(tries = 60, seed = "20261128")
  void theMinimumOfManyStatesIsMooresMinimum(@ForAll("words") List<Regex> words) {
    Dfa dfa = build(words);
    Dfa minimal = dfa.minimize();
    assertThat(classes(minimal)).isEqualTo(minimal.size());
    assertThat(minimal.size()).isEqualTo(classes(dfa));
    assertThat(Dfa.difference(minimal, dfa)).isNull();
  }

  @Property(tries = 60, seed = "20261128")
  void weightsThatAreEqualByAccidentAreTriedAgain(
      @ForAll("expressions") List<Regex> expressions, @ForAll("words") List<Regex> words) {
    for (Dfa dfa : List.of(build(expressions), build(words))) {
      for (int values : new int[] {1, 2, 3}) {
        // The first three seeds give all bytes one weight, or one of a few.
        LongUnaryOperator poor = number -> number < 4000 ? number % values : number * number * 31;
        Dfa minimal = Minimizer.minimize(dfa, poor);
        assertThat(minimal.size()).isEqualTo(dfa.minimize().size());
        assertThat(Dfa.difference(minimal, dfa)).isNull();
      }
    }
  }

  @Property(tries = 300, seed = "20261127")
  void languagesAreComparedAsTheirStringsAre(
      @ForAll("expressions") List<Regex> expressions, @ForAll("strings") List<byte[]> strings) {
    Regex one = expressions.get(0);
    Regex other = expressions.get(expressions.size() - 1);
    boolean includes = one.includes(other, WorkLimits.DEFAULT);
    boolean overlaps = one.overlaps(other, WorkLimits.DEFAULT);
    TreeSet<Boolean> outside = new TreeSet<>();
    for (byte[] string : strings) {
      boolean inOne = matches(one, string);
      boolean inOther = matches(other, string);
      outside.add(inOther && !inOne);
      if (inOne && inOther) {
        assertThat(overlaps).isTrue();
      }
    }
    if (includes) {
      assertThat(outside).containsExactly(false);
    }
    assertThat(one.includes(one, WorkLimits.DEFAULT)).isTrue();
  }
}
