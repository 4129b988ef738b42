package io.github.apparmor4j.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a broken rule, and which rules after it are read all the same. */
class RecoveryTest {

  private static ParseResult<ProfileFile> parse(String rules) {
    return ProfileParser.parse(SourceText.of("p", "profile p {\n" + rules + "\n}\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          /a q, /b r,                   | 2:4 permissions 'q': unknown permission 'q'             | /b r,
          /a r { /b r, } /c r,          | 2:5 a file rule needs ',' at its end                    | /c r,
          /a r # c,$/b r,               | 2:5 a file rule needs ',' at its end                    | /b r,
          /a "x, y" r, /b r,            | 2:4 permissions can't be quoted                         | /b r,
          /a "x$/b r,                   | 2:4 permissions can't be quoted                         | ~~
          signal (send, recv) /c, /b r, | 2:15 unknown permission 'recv'                          | /b r,
          signal (send, a /c, d) x, y,  | 2:15 unknown permission 'a'; 2:27 unknown keyword 'y'   | y,
          q { /x r, } /b r,             | 2:1 unknown keyword 'q'                                 | /b r,
          q { { /x r, } } /b r,         | 2:1 unknown keyword 'q'                                 | /b r,
          q { # } $ } /b r,             | 2:1 unknown keyword 'q'                                 | /b r,
          /a {b,c q, /b r,              | 2:4 permissions '{b': unknown permission '{'            | /b r,
          q                             | 2:1 unknown keyword 'q'                                 | ~~
          deny , /b r,                  | 2:6 expected a rule, not ','                            | deny, /b r,
          /a                            | 1:11 unbalanced '{': the block is never closed; 3:1 permissions '}': unknown permission '}' | ~~
          q (a, b) c, /b r,             | 2:1 unknown keyword 'q'                                 | q (a, b) c, /b r,
          # x$  q # y$ /b r,            | 3:3 unknown keyword 'q'                                 | # x
          (q) /b r,                     | 2:1 expected a rule, not '(q)'                          | (q) /b r,
          /a r$/b r,                    | 2:5 a file rule needs ',' at its end                    | /b r,
          """)
  void whatIsSaidAndWhatIsRead(String rules, String said, String read) {
    ParseResult<ProfileFile> result = parse(rules.replace('$', '\n'));
    assertThat(
            result.diagnostics().stream()
                .map(
                    each ->
                        each.place().line() + ":" + each.place().column() + " " + each.message())
                .collect(Collectors.joining("; ")))
        .isEqualTo(said);
    List<ProfileElement> elements = result.model().profiles().get(0).elements();
    assertThat(elements.stream().map(Object::toString).collect(Collectors.joining(" ")))
        .isEqualTo(read == null ? "" : read);
  }

  @ParameterizedTest
  @CsvSource({
    "'captability kill,', capability",
    "'capability kil,', kill",
    "'change_profil -> x,', change_profile",
    "'signal (sendd),', send",
  })
  void theNearestWordIsNamed(String rule, String word) {
    assertThat(parse(rule).diagnostics().get(0).render()).contains("did you mean '" + word + "'?");
  }

  @ParameterizedTest
  @CsvSource({"'xyzzyplugh,'", "'capability zzz,'"})
  void noWordIsNamedIfNoneIsNear(String rule) {
    assertThat(parse(rule).diagnostics().get(0).render()).doesNotContain("did you mean");
  }

  /** Beside the plain definition of the distance. */
  @Property(tries = 300)
  void nearestIsNearest(
      @ForAll @AlphaChars @StringLength(max = 6) String word,
      @ForAll @Size(max = 5) List<@AlphaChars @StringLength(max = 6) String> known) {
    int most = Math.min(2, Math.max(1, word.length() / 2));
    String nearest = Scanner.nearest(word, known);
    int least = known.stream().mapToInt(each -> distance(word, each)).min().orElse(99);
    assertThat(nearest != null).isEqualTo(least <= most);
    if (nearest != null) {
      assertThat(distance(word, nearest)).isEqualTo(least);
    }
  }

  private static int distance(String a, String b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.length() + b.length();
    }
    int same = a.charAt(0) == b.charAt(0) ? 0 : 1;
    return Math.min(
        distance(a.substring(1), b.substring(1)) + same,
        1 + Math.min(distance(a.substring(1), b), distance(a, b.substring(1))));
  }
}
