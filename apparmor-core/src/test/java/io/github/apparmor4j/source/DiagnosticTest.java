package io.github.apparmor4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiagnosticTest {

  private static SourcePlace place(String text, int at) {
    return SourcePlace.of(SourceText.of("name", text), new SourceSpan(at, at));
  }

  private static Diagnostic error(String text, int at) {
    return Diagnostic.of(TestKind.BAD, place(text, at), "bad");
  }

  private static final String HEAD = ": error: bad [AA-TEST-0001]\n";

  // ---- one line

  @Test
  void isOneLineOfText() {
    assertThat(error("a\nbc", 3)).hasToString("name:2:2: error: bad [AA-TEST-0001]");
    assertThat(Diagnostic.of(TestKind.ODD, place("", 0), "odd"))
        .hasToString("name:1:1: warning: odd [AA-TEST-0002]");
  }

  /** A profile quoted in a message must not move a terminal's cursor or change its colours. */
  @Test
  void showsNothingThatATerminalObeys() {
    SourcePlace place =
        SourcePlace.of(SourceText.of("na\u001Bme", "\u001B[31m"), new SourceSpan(0, 0));
    Diagnostic diagnostic =
        Diagnostic.of(TestKind.BAD, place, "'\u001B[2J\n\u009B1m\u202E\u2028\t' é\uD83D\uDC27")
            .withHelp("drop '\u007F'");
    assertThat(diagnostic)
        .hasToString("na?me:1:1: error: '?[2J??1m???' é\uD83D\uDC27 [AA-TEST-0001]");
    assertThat(diagnostic.render()).isEqualTo(diagnostic + "\n  ?[31m\n  ^\n  help: drop '?'\n");
    SourcePlace inner = new SourcePlace(SourceText.of("b", ""), new SourceSpan(0, 0), place);
    assertThat(Diagnostic.of(TestKind.BAD, inner, "bad").render())
        .endsWith("  included from na?me:1:1\n");
  }

  // ---- with its line

  @Test
  void showsTheLineAndACaret() {
    assertThat(error("a\n  bc d\ne", 5).render())
        .isEqualTo("name:2:4" + HEAD + "    bc d\n     ^\n");
  }

  @Test
  void theCaretStandsBelowWithTabsAndOddCharacters() {
    assertThat(error("\ta\tb", 3).render()).isEqualTo("name:1:4" + HEAD + "  \ta\tb\n  \t \t^\n");
    assertThat(error("\uD83D\uDC27\tb", 3).render())
        .isEqualTo("name:1:3" + HEAD + "  \uD83D\uDC27\tb\n   \t^\n");
    assertThat(error("\u0007\uDCFFb", 2).render())
        .isEqualTo("name:1:3" + HEAD + "  ?\uDCFFb\n    ^\n");
  }

  @Test
  void theCaretMayStandAfterTheLine() {
    assertThat(error("ab\r\n", 4).render()).isEqualTo("name:2:1" + HEAD + "  \n  ^\n");
    assertThat(error("ab\r\n", 3).render()).isEqualTo("name:1:4" + HEAD + "  ab\n    ^\n");
    assertThat(error("ab", 2).render()).isEqualTo("name:1:3" + HEAD + "  ab\n    ^\n");
  }

  @Test
  void leavesOutLinesThatNobodyReadsAndThoseOfNoText() {
    assertThat(error("x".repeat(201), 0).render()).isEqualTo("name:1:1" + HEAD);
    assertThat(error("x".repeat(200), 0).render())
        .isEqualTo("name:1:1" + HEAD + "  " + "x".repeat(200) + "\n  ^\n");
    assertThat(error("", 0).render()).isEqualTo("name:1:1" + HEAD);
  }

  @Test
  void addsTheMendAndTheIncludes() {
    SourcePlace outer = place("include <x>", 0);
    SourcePlace middle =
        new SourcePlace(SourceText.of("x", "\ninclude <y>"), new SourceSpan(1, 2), outer);
    SourcePlace inner = new SourcePlace(SourceText.of("y", "z"), new SourceSpan(0, 1), middle);
    assertThat(Diagnostic.of(TestKind.BAD, inner, "bad").withHelp("mend it").render())
        .isEqualTo(
            """
            y:1:1: error: bad [AA-TEST-0001]
              z
              ^
              help: mend it
              included from x:2:1
              included from name:1:1
            """);
  }

  // ---- what it is made of

  @Test
  void errorsAreThoseThatMatter() {
    Diagnostic error = error("", 0);
    Diagnostic warning = Diagnostic.of(TestKind.ODD, place("", 0), "odd");
    assertThat(error.isError()).isTrue();
    assertThat(warning.isError()).isFalse();
    assertThat(Diagnostic.errors(List.of(warning, error, warning))).containsExactly(error);
    assertThat(error.withHelp("x").help()).isEqualTo("x");
    assertThat(error.help()).isNull();
  }

  @Test
  void isAsBadAsItsKindUnlessSomebodySaysMore() {
    Diagnostic warning = Diagnostic.of(TestKind.ODD, place("", 0), "odd").withHelp("mend it");
    assertThat(warning.severity()).isEqualTo(Diagnostic.Severity.WARNING);
    Diagnostic error = warning.withSeverity(Diagnostic.Severity.ERROR);
    assertThat(error.isError()).isTrue();
    assertThat(error.code()).isEqualTo("AA-TEST-0002");
    assertThat(error.withSeverity(Diagnostic.Severity.WARNING)).isEqualTo(warning);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AA-TEST-1", "AA-test-0001", "AA-TEST-00011", "XX-TEST-0001"})
  void refusesACodeOfAnotherForm(String code) {
    TestKind kind = new TestKind(code, Diagnostic.Severity.ERROR, "bad");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Diagnostic.of(kind, place("", 0), "bad"))
        .withMessage("code " + code);
  }

  @Test
  void refusesAnEmptyMessage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Diagnostic.of(TestKind.BAD, place("", 0), ""))
        .withMessage("message is empty");
  }

  @Test
  void anExceptionShowsTheFirstAndCountsTheOthers() {
    Diagnostic error = error("", 0);
    assertThat(new DiagnosticException(List.of(error))).hasMessage(error.toString());
    DiagnosticException three = new DiagnosticException(List.of(error, error, error));
    assertThat(three).hasMessage(error + " (and 2 more)");
    assertThat(three.diagnostics()).hasSize(3);
  }
}
