package io.github.apparmor4j.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a text describes is counted: each kind of thing alone goes over a small limit. */
class BudgetTest {

  private static WorkLimits bytes(long most) {
    return new WorkLimits(1, 1, most, Duration.ofMinutes(1));
  }

  private static List<Diagnostic> errors(long bytes, String text, Map<String, String> includes) {
    return Diagnostic.errors(
        Resolver.of(IncludeResolver.memory(includes))
            .withLimits(bytes(bytes))
            .resolve(ProfileParser.parse(SourceText.of("f", text)))
            .diagnostics());
  }

  private static String repeat(int count, String text) {
    return IntStream.range(0, count)
        .mapToObj(i -> text.replace("#", "" + i))
        .collect(Collectors.joining());
  }

  private static void goesOver(String few, String many, Map<String, String> includes) {
    assertThat(errors(100_000, few, includes)).isEmpty();
    assertThat(errors(100_000, many, includes))
        .singleElement()
        .satisfies(one -> assertThat(one.code()).isEqualTo("AA-RESOLVE-0006"))
        .satisfies(one -> assertThat(one.message()).endsWith("more than 100000 bytes of memory"));
  }

  @Test
  void countsRules() {
    goesOver(
        "profile p { " + repeat(500, "/a# r, ") + "}",
        "profile p { " + repeat(1000, "/a# r, ") + "}",
        Map.of());
  }

  @Test
  void countsCopiesOfRules() {
    String aliases = repeat(20, "alias /a -> /b#,\n");
    goesOver(
        aliases + "profile p { " + repeat(5, "/a/# r, ") + "}",
        aliases + "profile p { " + repeat(50, "/a/# r, ") + "}",
        Map.of());
  }

  @Test
  void countsCopiesOfAttachments() {
    String aliases = repeat(50, "alias /a -> /b#,\n");
    goesOver(
        aliases + repeat(3, "profile p# /a# { }\n"),
        aliases + repeat(30, "profile p# /a# { }\n"),
        Map.of());
  }

  @Test
  void countsExpandedPatterns() {
    String variable = "@{v}=" + "x".repeat(100) + "\n";
    goesOver(
        variable + "profile p { " + repeat(10, "/@{v}# r, ") + "}",
        variable + "profile p { " + repeat(100, "/@{v}# r, ") + "}",
        Map.of());
  }

  @Test
  void countsValuesThatAreKept() {
    goesOver(
        "@{v}=" + repeat(100, "# ") + "\nprofile p { if @{v} == a { } }",
        "@{v}=" + repeat(2000, "# ") + "\nprofile p { if @{v} == a { } }",
        Map.of());
  }

  @Test
  void countsIncludedTextsOnce() {
    Map<String, String> includes =
        Map.of("i", "# " + "x".repeat(3000) + "\n", "j", " ".repeat(7000));
    goesOver(
        repeat(20, "profile p# { include <i> }\n"),
        "profile p { include <i>\n include <j>\n }",
        includes);
  }

  @Test
  void givesBackWhatAProfileNeededAlone() {
    String values = "@{v}=" + repeat(200, "# ") + "\n";
    assertThat(
            errors(
                100_000,
                values + repeat(15, "profile p# { /@{profile_name}/a r, if @{v} == a { } }\n"),
                Map.of()))
        .isEmpty();
  }

  @Test
  void countsSteps() {
    Budget budget = Budget.of(bytes(Long.MAX_VALUE));
    budget.work(1L << 27);
    assertThatThrownBy(() -> budget.work(1))
        .isInstanceOfSatisfying(
            TooComplexException.class, e -> assertThat(e.limit()).isEqualTo(1L << 27));
  }

  @Test
  void looksAtTheClock() {
    Budget budget = Budget.of(new WorkLimits(1, 1, 1, Duration.ZERO));
    budget.work(1000);
    assertThatThrownBy(() -> budget.work(1L << 20)).hasMessageContaining("milliseconds");
    Budget patient = Budget.of(bytes(1));
    assertThatCode(() -> patient.work(1L << 21)).doesNotThrowAnyException();
  }

  @Test
  void takesUpToTheLimit() {
    Budget budget = Budget.of(bytes(100));
    budget.take(100);
    assertThatThrownBy(() -> budget.take(1)).isInstanceOf(TooComplexException.class);
    budget.take(-50);
    budget.take(49);
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, true",
    "-9223372036854775808, true",
    "0x7fffffffffffffff, true",
    "000000000000000000000000000000000001, true",
    "9223372036854775808, false",
    "-9223372036854775809, false",
    "0x8000000000000000, false",
    "12345678901234567890123, false",
  })
  void comparesNumbersOf64Bits(String number, boolean fits) {
    List<Diagnostic> errors = errors(100_000, "profile p { if " + number + " < 5 { } }", Map.of());
    assertThat(errors)
        .extracting(Diagnostic::code)
        .isEqualTo(fits ? List.of() : List.of("AA-RESOLVE-0013"));
  }

  @Test
  void reportsNoMoreProblemsThanAnyoneReads() {
    List<Diagnostic> errors =
        errors(100_000_000, "profile p { " + repeat(10_100, "/@{no}# r, ") + "}", Map.of());
    assertThat(errors).hasSize(10_001);
    assertThat(errors.get(10_000).code()).isEqualTo("AA-RESOLVE-0025");
  }
}
