package io.github.apparmor4j.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Input that nobody means well with: always a diagnostic with a place. */
class HostileInputTest {

  private static final String WHOLE =
      """
      abi <abi/4.0>,
      @{v} = a "b c"
      $b = true
      alias /p -> /q,
      profile p /bin/@{v} flags=(complain) { # why
        audit deny owner "/a b/{c,d}[e-f]?*" rwk,
        /x Px -> y, capability kill chown,
        network (send receive) inet6 dgram,
        signal (send) set=(term, kill) peer=@{profile_name},
        ptrace (read), mount options=(ro, bind) /a -> /b, umount /c,
        include if exists <local/p>
        set rlimit as <= 2 GB, userns, all,
        unix (bind) type=stream addr=@x, dbus send bus=system peer=(name=a label="b"),
        change_profile unsafe /bin/x -> y//z, mqueue (read) type=posix /q,
        network inet port=1-2 peer=(ip=::1),
        deny { /z w, }
        if $b and not (defined @{v} or @{v} == a) { io_uring, } else if $b { /k r, } else { /l r, }
        hat h { /q r, }
      }
      """;

  private static List<Diagnostic> errors(String text) {
    return errors(text, Map.of());
  }

  private static List<Diagnostic> errors(String text, Map<String, String> includes) {
    return Diagnostic.errors(diagnostics(text, includes));
  }

  private static List<Diagnostic> diagnostics(String text, Map<String, String> includes) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compile(
            Resolver.of(IncludeResolver.memory(includes))
                .resolve(ProfileParser.parse(SourceText.of("file", text))))
        .diagnostics();
  }

  @Test
  void namesPlaceAndMend() {
    List<Diagnostic> errors = errors("profile p {\n  capabilty kill,\n  /a r\n}\n");
    assertThat(errors)
        .extracting(Diagnostic::toString)
        .containsExactly(
            "file:2:3: error: unknown keyword 'capabilty' [AA-PARSE-0018]",
            "file:3:7: error: a file rule needs ',' at its end [AA-PARSE-0010]");
    assertThat(errors.get(0).render().lines())
        .containsExactly(
            "file:2:3: error: unknown keyword 'capabilty' [AA-PARSE-0018]",
            "    capabilty kill,",
            "    ^",
            "  help: did you mean 'capability'?");
  }

  @Test
  void goesOnBehindABrokenRule() {
    ParseResult<ProfileFile> result =
        ProfileParser.parse(
            SourceText.of(
                "f",
                "profile p { /a q, /b r, network (foo bar) inet, /c r, }\nprofile q { /d r, }"));
    assertThat(result.diagnostics()).hasSize(2);
    assertThat(result.model().profiles().stream().flatMap(p -> p.rules().stream()))
        .extracting(Object::toString)
        .containsExactly("/b r,", "/c r,", "/d r,");
  }

  /** What is wrong in one line hides nothing of the next. */
  @Test
  void goesOnInTheNextLine() {
    ParseResult<ProfileFile> result =
        ProfileParser.parse(
            SourceText.of(
                "f",
                """
                @{a-b} = c
                $d = e
                include <f
                abi <abi/4.0>
                @{g} = h
                profile p {
                  include <i
                  /j r
                  include <k>, /l r,
                }
                """));
    assertThat(result.diagnostics())
        .extracting(d -> d.code() + " " + d.place().line())
        .containsExactly(
            "AA-PARSE-0034 1",
            "AA-PARSE-0027 2",
            "AA-PARSE-0033 3",
            "AA-PARSE-0010 4",
            "AA-PARSE-0033 7",
            "AA-PARSE-0010 8",
            "AA-PARSE-0032 9");
    assertThat(result.model()).hasToString("@{g} = h\nprofile p {\n  /l r,\n}\n");
    assertThat(ProfileParser.parse(SourceText.of("f", "$a =\n")).diagnostics())
        .extracting(Diagnostic::message)
        .containsExactly("expected a word, not the end of the text");
  }

  /** A comment of what can't be read has lost what it stood beside. */
  @Test
  void keepsAProfileWithCommentsOfBrokenRules() {
    ParseResult<ProfileFile> result =
        ProfileParser.parse(
            SourceText.of(
                "f",
                """
                profile p {
                  /a r, # a
                  /broken zz, # b
                  /broken zz, # c
                  /d r, # d
                }
                """));
    assertThat(result.diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly("AA-PARSE-0017", "AA-PARSE-0017");
    assertThat(result.model().profiles().get(0).elements())
        .containsExactly(
            FileRule.of("/a", "r"),
            new Comment(" a", true),
            new Comment(" b", false),
            new Comment(" c", false),
            FileRule.of("/d", "r"),
            new Comment(" d", true));
  }

  @Test
  void tellsHowItCameToAnIncludedFile() {
    List<Diagnostic> errors =
        errors("profile p {\n  include <a>\n}\n", Map.of("a", "/x r,\n/y zz,\n"));
    assertThat(errors.get(0).render())
        .contains("a:2:4: error: ")
        .contains("included from file:2:3\n");
  }

  @Test
  void warnsOfRecursionWithTheChain() {
    assertThat(
            diagnostics(
                "include <a>\nprofile p { }", Map.of("a", "include <b>\n", "b", "include <a>\n")))
        .singleElement()
        .satisfies(
            d ->
                assertThat(d.render())
                    .contains("[AA-RESOLVE-0002]")
                    .contains("included from a:1:1\n")
                    .contains("included from file:1:1\n"));
  }

  @Test
  void refusesHugeLinesAndWords() {
    String line = "/" + "x".repeat(50_000_000);
    assertThat(errors("profile p { " + line + " r, }"))
        .extracting(Diagnostic::code)
        .containsExactly("AA-PARSE-0005");
    assertThat(errors("profile p { " + line.substring(0, 5_000_000) + " r, }"))
        .extracting(Diagnostic::code)
        .containsExactly("AA-PARSE-0004");
  }

  @Test
  void refusesDeepNesting() {
    assertThat(errors("profile a { ".repeat(10_000)))
        .extracting(Diagnostic::code)
        .contains("AA-PARSE-0007");
    assertThat(errors("{".repeat(10_000))).isNotEmpty();
    assertThat(errors("profile a { { { { ".repeat(10_000))).isNotEmpty();
    assertThat(errors("profile a { /" + "{a,".repeat(10_000) + "}".repeat(10_000) + " r, }"))
        .extracting(Diagnostic::code)
        .containsExactly("AA-COMPILE-0001");
  }

  @Test
  void refusesExplodingVariables() {
    StringBuilder text = new StringBuilder("@{v0} = a b\n");
    for (int i = 1; i < 40; i++) {
      text.append("@{v" + i + "} = @{v" + (i - 1) + "}@{v" + (i - 1) + "}\n");
    }
    assertThat(errors(text + "profile p { /@{v39} r, }"))
        .extracting(Diagnostic::code)
        .containsExactly("AA-RESOLVE-0006");
  }

  @Test
  void refusesManyLargePatterns() {
    StringBuilder text = new StringBuilder("@{x} =");
    for (int i = 0; i < 10_000; i++) {
      text.append(" value").append(i);
    }
    text.append("\nprofile p {\n");
    for (int i = 0; i < 1000; i++) {
      text.append("  /@{x}/r").append(i).append(" r,\n");
    }
    assertThat(errors(text + "}\n"))
        .extracting(Diagnostic::code)
        .containsExactly("AA-RESOLVE-0006");
  }

  @Test
  void refusesDeepConditions() {
    for (String nested : new String[] {"(", "not ", "not (", "true and ("}) {
      assertThat(errors("profile p { if " + nested.repeat(10_000) + "true { } }"))
          .extracting(Diagnostic::code)
          .contains("AA-PARSE-0007");
    }
    assertThat(errors("profile p { " + "if true { ".repeat(10_000)))
        .extracting(Diagnostic::code)
        .contains("AA-PARSE-0007");
    assertThat(errors("profile p { if true " + "or true ".repeat(10_000) + "{ } }")).isEmpty();
    assertThat(errors("profile p { " + "if true { } else ".repeat(10_000) + "{ } }")).isEmpty();
  }

  @Test
  void endsWithManyAlternations() {
    StringBuilder many = new StringBuilder("/{");
    for (int i = 0; i < 60_000; i++) {
      many.append(i).append(',');
    }
    errors("profile p { " + many + "x} r, }")
        .forEach(error -> assertThat(error.message()).isNotEmpty());
    assertThat(errors("profile p { /{" + "a,".repeat(3_000_000) + "b} r, }"))
        .extracting(Diagnostic::code)
        .containsExactly("AA-PARSE-0004");
  }

  @Test
  void refusesIncludeBombs() {
    Map<String, String> bomb = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      bomb.put("i" + i, "include <i" + (i + 1) + ">\ninclude <j" + i + ">\n");
      bomb.put("j" + i, "/x" + i + " r,\n".repeat(1000));
    }
    bomb.put("i100", "/x r,\n");
    assertThat(diagnostics("profile p { include <i0> }", bomb))
        .extracting(Diagnostic::code)
        .contains("AA-RESOLVE-0015");
    String hats =
        IntStream.range(0, 3000)
            .mapToObj(i -> "^h" + i + " { include <big> }\n")
            .collect(Collectors.joining());
    assertThat(
            errors("profile p { " + hats + " }", Map.of("big", "capability kill,\n".repeat(1000))))
        .extracting(Diagnostic::code)
        .containsExactly("AA-RESOLVE-0011");
  }

  @Test
  void keepsBytesThatAreNoText() {
    byte[] bytes = "profile p {\n  /a\\\u00e9? r,\n}\n".getBytes(StandardCharsets.ISO_8859_1);
    bytes[15] = (byte) 0xFF;
    ParseResult<ProfileFile> parsed =
        ProfileParser.parse(SourceText.of("p", SourceText.decode(bytes)));
    assertThat(parsed.isOk()).isTrue();
    assertThat(SourceText.encode(ProfilePrinter.print(parsed.model()))).isEqualTo(bytes);
  }

  @Test
  void survivesEveryTruncation() {
    assertThat(errors(WHOLE)).isEmpty();
    int closed = WHOLE.lastIndexOf('}');
    for (int length = 0; length < WHOLE.length(); length++) {
      List<Diagnostic> errors = errors(WHOLE.substring(0, length));
      boolean complete = length > closed || length <= WHOLE.indexOf("profile");
      if (!complete) {
        assertThat(errors).as(WHOLE.substring(0, length)).isNotEmpty();
      }
      errors.forEach(error -> assertThat(error.place().line()).isPositive());
    }
  }

  @Test
  void survivesEveryByte() {
    for (int offset = 0; offset < WHOLE.length(); offset++) {
      for (char c : new char[] {'\0', '"', '{', '}', ',', '#', '\\', '(', '\uDC80', '@'}) {
        errors(WHOLE.substring(0, offset) + c + WHOLE.substring(offset + 1))
            .forEach(error -> assertThat(error.message()).isNotEmpty());
      }
    }
  }

  @Test
  void reportsConflictingExecModifiers() {
    assertThat(errors("profile p {\n  /a rpxux,\n}"))
        .extracting(Diagnostic::toString)
        .containsExactly(
            "file:2:6: error: permissions 'rpxux': conflicting exec modifiers 'px' and 'ux'"
                + " [AA-PARSE-0017]");
    assertThat(errors("profile p {\n  /a* px,\n  /*b ix,\n}"))
        .extracting(Diagnostic::toString)
        .containsExactly(
            "file:3:3: error: conflicting exec modifiers: '/*b ix,' and '/a* px,' at line 2"
                + " [AA-COMPILE-0002]");
  }
}
