package io.github.apparmor4j.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file means: docs/language.md. ExpandedRulesTest has what variables can't make. */
class ResolverTest {

  private static Resolution resolve(String text) {
    return resolve(text, Map.of());
  }

  private static Resolution resolve(String text, Map<String, String> includes) {
    return resolve(text, IncludeResolver.memory(includes));
  }

  private static Resolution resolve(String text, IncludeResolver includes) {
    return Resolver.of(includes).resolve(ProfileParser.parse(SourceText.of("file", text)));
  }

  private static List<String> said(Resolution resolution) {
    return resolution.diagnostics().stream().map(Diagnostic::toString).toList();
  }

  private static String rules(ResolvedProfile profile) {
    return profile.rules().stream()
        .map(rule -> rule.rule().toString())
        .collect(Collectors.joining(" "));
  }

  /** Returns the rules of the first profile of a text in which nothing is wrong. */
  private static String rules(Resolution resolution) {
    assertThat(said(resolution)).isEmpty();
    return rules(resolution.profiles().get(0));
  }

  /** Returns the rules of a profile with a body after a preamble. */
  private static String rules(String preamble, String body) {
    return rules(resolve(preamble + "\nprofile p {\n" + body + "\n}\n"));
  }

  // ---- includes

  @Test
  void anIncludeIsReadOnceOfEachProfile() {
    Map<String, String> includes = Map.of("a", "/a r, include <b>", "b", "/b r,");
    Resolution resolution =
        resolve(
            """
            profile p {
              include <a> include <b> include <a>
              profile q { include <b> }
              hat h { include <a> { include <a> } }
            }
            profile r { include <b> }
            """,
            includes);
    assertThat(said(resolution)).isEmpty();
    assertThat(
            resolution.allProfiles().stream()
                .map(profile -> profile.name() + ": " + rules(profile)))
        .containsExactly("p: /a r, /b r,", "p//q: /b r,", "p//h: /a r, /b r,", "r: /b r,");
  }

  @Test
  void aRuleKnowsTheIncludesThatLedToIt() {
    ResolvedRule rule =
        resolve("profile p {\n  include <a>\n}\n", Map.of("a", "\n include <b>", "b", "\n\n/b r,"))
            .profiles()
            .get(0)
            .rules()
            .get(0);
    assertThat(rule.place()).hasToString("b:3:1");
    assertThat(rule.place().includeChain())
        .extracting(Object::toString)
        .containsExactly("a:2:2", "file:2:3");
  }

  @Test
  void whatIsMissingIsSaidUnlessItMayBe() {
    assertThat(
            said(resolve("include <a>\nprofile p {\n  include \"b\"\n include if exists <c>\n}")))
        .containsExactly(
            "file:1:1: error: can't find a [AA-RESOLVE-0001]",
            "file:3:3: error: can't find b [AA-RESOLVE-0001]");
  }

  @Test
  void whatCantBeReadIsSaidWithTheReason() {
    IncludeResolver broken =
        (path, searched) -> {
          throw new AccessDeniedException("/etc/" + path);
        };
    assertThat(said(resolve("abi <x>,\nprofile p {\n  include if exists <y>\n}", broken)))
        .containsExactly(
            "file:1:1: error: can't read x: /etc/x: Permission denied [AA-RESOLVE-0003]",
            "file:3:3: error: can't read y: /etc/y: Permission denied [AA-RESOLVE-0003]");
  }

  @Test
  void anIncludeOfItselfIsReadOnceWithAWarning() {
    Map<String, String> includes = Map.of("a", "/a r,\ninclude <b>", "b", "/b r,\ninclude <a>");
    Resolution resolution = resolve("profile p {\n  include <a>\n}\n", includes);
    assertThat(said(resolution))
        .containsExactly(
            "b:2:1: warning: recursive include of a, which is read once [AA-RESOLVE-0002]");
    assertThat(rules(resolution.profiles().get(0))).isEqualTo("/a r, /b r,");
  }

  @Test
  void refusesIncludesThatNestTooDeeply() {
    Map<String, String> chain = new HashMap<>();
    for (int i = 1; i <= 65; i++) {
      chain.put("i" + i, "/r" + i + " r,\ninclude <i" + (i + 1) + ">");
    }
    chain.put("i64", "/r64 r,");
    Resolution deep = resolve("profile p { include <i1> }", chain);
    assertThat(said(deep)).isEmpty();
    assertThat(deep.profiles().get(0).rules()).hasSize(64);
    chain.put("i64", "include <i65>");
    assertThat(said(resolve("profile p { include <i1> }", chain)))
        .containsExactly("i64:1:1: error: includes nest deeper than 64 [AA-RESOLVE-0015]");
  }

  @Test
  void refusesTooManyIncludes() {
    Map<String, SourceText> made = new HashMap<>();
    IncludeResolver any =
        (path, searched) ->
            Optional.of(List.of(made.computeIfAbsent(path, name -> SourceText.of(name, ""))));
    String many =
        IntStream.rangeClosed(0, 100_001)
            .mapToObj(i -> "include <i" + i + ">\n")
            .collect(Collectors.joining());
    assertThat(said(resolve(many + "profile p { }", any)))
        .as("the first that is too much, and no other")
        .containsExactly(
            "file:100001:1: error: more than 100000 includes, or 268435456 characters in them"
                + " [AA-RESOLVE-0018]");
  }

  @Test
  void refusesTooMuchInIncludes() {
    String blank = " ".repeat(16 << 20);
    IncludeResolver large =
        new IncludeResolver() {
          private final Map<String, SourceText> made = new HashMap<>();

          @Override
          public Optional<List<SourceText>> find(String path, boolean searched) {
            return Optional.of(
                List.of(made.computeIfAbsent(path, name -> SourceText.of(name, blank))));
          }
        };
    String seventeen =
        IntStream.rangeClosed(1, 17)
            .mapToObj(i -> "include <i" + i + ">\n")
            .collect(Collectors.joining());
    WorkLimits roomy = new WorkLimits(1, 1, Long.MAX_VALUE, Duration.ofMinutes(1));
    assertThat(
            Resolver.of(large)
                .withLimits(roomy)
                .resolve(ProfileParser.parse(SourceText.of("f", seventeen + "profile p { }")))
                .diagnostics())
        .singleElement()
        .satisfies(one -> assertThat(one.code()).isEqualTo("AA-RESOLVE-0018"))
        .satisfies(one -> assertThat(one.place().line()).isEqualTo(17));
  }

  @Test
  void errorsOfIncludedTextsAreErrorsHere() {
    Resolution resolution =
        resolve("include <a>\nprofile p { include <b> }", Map.of("a", "$x", "b", "/b zz,\n/c r,"));
    assertThat(resolution.isOk()).isFalse();
    assertThat(resolution.diagnostics())
        .extracting(one -> one.code() + " " + one.place().includeChain())
        .containsExactly("AA-PARSE-0002 [file:1:1]", "AA-PARSE-0017 [file:2:13]");
    assertThat(rules(resolution.profiles().get(0))).isEqualTo("/c r,");
  }

  @Test
  void profilesOfIncludedTextsAreThoseOfTheFile() {
    Resolution resolution = resolve("include <a>", Map.of("a", "@{x} = y\nprofile q { /@{x} r, }"));
    assertThat(rules(resolution)).isEqualTo("/y r,");
  }

  @Test
  void whatWasBuiltHasNoPlace() {
    Resolution resolution =
        Resolver.of(IncludeResolver.memory(Map.of("a", "\n/a r,")))
            .resolve(
                ProfileFile.of(
                    Profile.builder("p").add(FileRule.of("/b", "r")).add(Include.of("a")).build()));
    assertThat(rules(resolution)).isEqualTo("/b r, /a r,");
    assertThat(resolution.profiles().get(0).rules())
        .extracting(rule -> rule.place().toString())
        .containsExactly("built:1:1", "a:2:1");
  }

  // ---- abi

  @Test
  void theFirstAbiHolds() {
    Resolution resolution =
        resolve("abi <abi/3.0>,\nabi <abi/4.0>,\nabi <abi/3.0>,\nprofile p { }");
    assertThat(resolution.abi()).isEqualTo(Features.ABI_3_0);
    assertThat(said(resolution))
        .containsExactly(
            "file:2:1: warning: abi/4.0 differs from an earlier abi, which stays in force"
                + " [AA-RESOLVE-0007]");
    assertThat(resolve("profile p { }").abi()).isNull();
  }

  @Test
  void anAbiIsAFileOrAWord() {
    Map<String, String> own =
        Map.of("mine", "mount {mask {mount\n}\n}\n", "abi/3.0", "file/mask: read");
    assertThat(resolve("abi \"mine\",\nprofile p { }", own).abi())
        .isEqualTo(Features.parse("mount/mask: mount"));
    assertThat(resolve("abi <abi/3.0>,\nprofile p { }", own).abi())
        .as("a file before one that this library has")
        .isEqualTo(Features.parse("file/mask: read"));
    assertThat(resolve("abi <default>,\nprofile p { }").abi()).isEqualTo(Features.DEFAULT_ABI);
    Resolution kernel = resolve("abi <kernel>,\nabi <default>,\nprofile p { }");
    assertThat(kernel.abi()).isNull();
    assertThat(kernel.forKernel()).isTrue();
    assertThat(resolve("abi <default>,\nabi <kernel>,\nprofile p { }").forKernel()).isFalse();
  }

  @Test
  void anAbiOfAProfileMustBeThereAndSaysNothing() {
    Resolution resolution = resolve("profile p {\n  abi <abi/4.0>,\n  abi <none>,\n}\n");
    assertThat(resolution.abi()).isNull();
    assertThat(said(resolution))
        .containsExactly("file:3:3: error: can't find none [AA-RESOLVE-0001]");
  }

  @Test
  void refusesAnAbiThatIsNone() {
    Resolution resolution = resolve("abi <a>,\nprofile p { }", Map.of("a", "just words"));
    assertThat(resolution.diagnostics())
        .singleElement()
        .satisfies(one -> assertThat(one.code()).isEqualTo("AA-RESOLVE-0008"))
        .satisfies(one -> assertThat(one.message()).startsWith("a is not a feature file: "));
  }

  // ---- variables

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "@{x} = a                     | /@{x} r,       | /a r,",
        "@{x} = b a b                 | /@{x} r,       | '/{a,b} r,'",
        "@{x} = /a/                   | /r/@{x}/b r,   | /r/a/b r,",
        "@{x} = /a /b                 | @{x}/c r,      | '/{a,b}/c r,'",
        "@{x} = /a b                  | /r/@{x}/c r,   | '/r/{a,b}/c r,'",
        // two slashes at the start are not one
        "@{x} = /a b                  | /@{x}/c r,     | '/{/a,b}/c r,'",
        "@{x} = a b\\n@{y} = @{x}@{x} | /@{y} r,       | '/{aa,ab,ba,bb} r,'",
        "@{x} = a\\n@{x} += b         | /@{x} r,       | '/{a,b} r,'",
        "@{x} = a\\n@{x} ?= b         | /@{x} r,       | /a r,",
        "@{x} ?= b                    | /@{x} r,       | /b r,",
        "@{x} = a\\n@{x} := b         | /@{x} r,       | /b r,",
        "@{x} = \"\"                  | /a@{x} r,      | /a r,",
        "@{y} = @{x}\\n@{x} = z       | /@{y} r,       | /z r,",
        "@{x} = a                     | /\\@{x}@{x} r, | /\\@{x}a r,",
        "@{x} = a                     | /@{x r,        | /@{x r,",
        "@{x} = a b                   | signal peer=@{x}//c, | 'signal peer={a,b}//c,'",
        "@{x} = @a @b                 | unix addr=@{x}, | 'unix addr=@{a,b},'",
      })
  void aVariableIsAChoiceOfItsValues(String preamble, String rule, String expanded) {
    Resolution resolution =
        resolve(preamble.replace("\\n", "\n") + "\nprofile p {\n" + rule + "\n}\n");
    assertThat(Diagnostic.errors(resolution.diagnostics())).isEmpty();
    assertThat(rules(resolution.profiles().get(0))).isEqualTo(expanded);
  }

  @Test
  void aProfileHasVariablesOfItsOwn() {
    Resolution resolution =
        resolve(
            """
            @{exe} = /bin/{a,b}
            profile p @{exe} {
              /@{profile_name} r, @{exec_path} r, @{attach_path} w,
              profile "q*" { /@{profile_name} r, }
            }
            """);
    assertThat(resolution.allProfiles().stream().map(ResolverTest::rules))
        .containsExactly("/p r, /bin/{a,b} r, /bin/{a,b} w,", "/p//q\\* r,");
    assertThat(said(resolve("profile p { @{exec_path} r, }")))
        .containsExactly("file:1:13: error: undefined variable @{exec_path} [AA-RESOLVE-0004]");
  }

  @Test
  void saysWhatIsWrongWithVariables() {
    assertThat(
            said(
                resolve(
                    """
                    @{a} = 1
                    @{a} = 2
                    @{b} += 3
                    @{c} = @{d}
                    @{d} = x@{c}
                    profile p {
                      /@{a}@{none} r,
                      /@{c} r,
                    }
                    """)))
        .containsExactly(
            "file:2:1: error: variable @{a} is defined already [AA-RESOLVE-0009]",
            "file:3:1: error: undefined variable @{b} [AA-RESOLVE-0004]",
            "file:7:3: error: undefined variable @{none} [AA-RESOLVE-0004]",
            "file:8:3: error: variable @{c} refers to itself: c, d [AA-RESOLVE-0005]");
  }

  @Test
  void warnsOfOwnVariablesThatNothingUses() {
    String text = "include <a>\n@{x} = 1\n@{y} = @{z}\n@{z} = 2\n@{w} = 3\n@{w} += 4\n";
    String profile = "profile p { /@{y} r, if defined @{w} { } }";
    Map<String, String> includes = Map.of("a", "@{theirs} = 1\n");
    assertThat(said(resolve(text + profile, includes)))
        .containsExactly("file:2:1: warning: variable @{x} is not used [AA-RESOLVE-0017]");
    assertThat(said(resolve(text, includes))).as("for others to include").isEmpty();
  }

  // ---- conditions

  @ParameterizedTest
  @CsvSource({
    "true, true",
    "FALSE, false",
    "$yes, true",
    "${no}, false",
    "not $no, true",
    "not not $no, false",
    "$yes and $no, false",
    "$yes or $no, true",
    "$no and $no or $yes, true",
    "$no and ($no or $yes), false",
    "not $no and $no, false",
    "not ($no and $no), true",
    "defined @{set}, true",
    "defined @{none}, false",
    "defined $no, true",
    "defined $none, false",
    "@{set} == @{set}, true",
    "@{set} == @{other}, false",
    "@{set} != @{other}, true",
    "a in @{set}, true",
    "@{set} in @{other}, false",
    "@{other} in @{set}, true",
    "a == a, true",
    "a == A, false",
    "1 < 2, true",
    "9 < 10, true",
    "0x10 > 15, true",
    "010 <= 8, true",
    "-1 < 1, true",
    "+1 >= 1, true",
    "9223372036854775807 > 9223372036854775806, true",
    "-0x8000000000000000 < 0, true",
    "b > a, true",
    "@{other} < @{set}, true",
    "@{set} <= @{set}, true",
  })
  void aConditionHoldsOrNot(String condition, boolean holds) {
    String preamble = "$yes = true\n$no = false\n@{set} = b a\n@{other} = a\n";
    Resolution resolution =
        resolve(preamble + "profile p { if " + condition + " { /yes r, } else { /no r, } }");
    assertThat(Diagnostic.errors(resolution.diagnostics())).isEmpty();
    assertThat(rules(resolution.profiles().get(0))).isEqualTo(holds ? "/yes r," : "/no r,");
  }

  @Test
  void theFirstBranchThatHoldsIsInForce() {
    String body = "if $a { /1 r, } else if $b { /2 r, } else if $b { /3 r, } else { /4 r, }";
    assertThat(rules("$a=true\n$b=true", body)).isEqualTo("/1 r,");
    assertThat(rules("$a=false\n$b=true", body)).isEqualTo("/2 r,");
    assertThat(rules("$a=false\n$b=false", body)).isEqualTo("/4 r,");
    assertThat(rules("", "if false { /1 r, }")).isEmpty();
  }

  @Test
  void booleanVariablesAreSetOnce() {
    assertThat(rules("$a ?= true\n$a ?= false", "if $a { /1 r, }")).isEqualTo("/1 r,");
    assertThat(rules("$a = false\n$a := true", "if $a { /1 r, }")).isEqualTo("/1 r,");
    assertThat(rules("$a = true\n$b = $a and not false", "if $b { /1 r, }")).isEqualTo("/1 r,");
    assertThat(said(resolve("$a = true\n$a = false\nprofile p { }")))
        .containsExactly("file:2:1: error: variable $a is defined already [AA-RESOLVE-0009]");
  }

  @Test
  void everyConditionMustMeanSomething() {
    assertThat(
            said(
                resolve(
                    """
                    profile p {
                      if true { } else if $none { }
                      if false and @{none} == a { }
                      if 5 < a { }
                    }
                    """)))
        .containsExactly(
            "file:2:3: error: undefined variable $none [AA-RESOLVE-0004]",
            "file:3:3: error: undefined variable @{none} [AA-RESOLVE-0004]",
            "file:4:3: error: a number can't be compared with [a] [AA-RESOLVE-0013]");
  }

  // ---- blocks

  @Test
  void qualifiersOfBlocksAreAddedToThoseInside() {
    assertThat(
            rules(
                "",
                """
                deny { /1 r, audit /2 r, owner /3 r, deny /4 r, }
                audit { deny { owner { /5 r, } } /6 r, capability kill, }
                owner { owner /7 r, { /8 r, } }
                prompt { /9 r, }
                deny { priority=3 /11 r, }
                """))
        .isEqualTo(
            "deny /1 r, audit deny /2 r, deny owner /3 r, deny /4 r, audit deny owner /5 r,"
                + " audit /6 r, audit capability kill, owner /7 r, owner /8 r, prompt /9 r,"
                + " priority=3 deny /11 r,");
  }

  @Test
  void anActionAgainstThatOfABlockIsAnError() {
    for (String text :
        List.of(
            "deny { allow /a r, }",
            "deny { priority=2 audit allow capability kill, }",
            "allow { deny /a r, }",
            "prompt { deny /a r, }",
            "allow { audit { owner { prompt /a r, } } }",
            "deny { audit allow { /a r, } }")) {
      assertThat(resolve("profile p { " + text + " }").diagnostics())
          .as(text)
          .filteredOn(Diagnostic::isError)
          .extracting(Diagnostic::code)
          .containsExactly("AA-RESOLVE-0024");
      assertThat(
              Resolver.of(IncludeResolver.none(), Semantics.APPARMOR_5_0)
                  .resolve(ProfileParser.parse(SourceText.of("file", "profile p { " + text + " }")))
                  .isOk())
          .as(text)
          .isTrue();
    }
    assertThat(
            rules(
                "",
                """
                allow { allow /1 r, /2 r, { audit allow /3 r, } }
                deny { deny /4 r, hat h { allow /x r, } }
                """))
        .isEqualTo("/1 r, /2 r, audit /3 r, deny /4 r,");
  }

  @Test
  void aDenyInABlockStaysOneWithAWord() {
    Resolution resolution =
        resolve("profile p {\n  { deny /1 r, }\n  audit { deny /2 r, hat h { deny /3 r, } }\n}\n");
    assertThat(resolution.diagnostics())
        .extracting(one -> one.severity() + " " + one.code() + " " + one.place())
        .containsExactly("warning AA-RESOLVE-0022 file:2:5", "warning AA-RESOLVE-0022 file:3:11");
    assertThat(rules(resolution.profiles().get(0))).isEqualTo("deny /1 r, audit deny /2 r,");
  }

  @Test
  void goesAsDeepAsTheParser() {
    String text =
        "$a = true\nprofile p { "
            + "profile c { { if $a { ".repeat(900)
            + "/x r, "
            + "} } } ".repeat(900)
            + "}\n";
    List<ResolvedProfile> all = resolve(text).allProfiles();
    assertThat(all).hasSize(901);
    assertThat(rules(all.get(900))).isEqualTo("/x r,");
  }

  @Test
  void anIncludeThatBringsAChildWithItselfHasAnEnd() {
    Resolution resolution =
        Resolver.of(IncludeResolver.memory(Map.of("x", "^h { include <x> }\n")))
            .resolve(ProfileParser.parse(SourceText.of("file", "profile p { include <x> }\n")));
    assertThat(resolution.diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly("AA-RESOLVE-0002");
  }

  @Test
  void noFileIsTheOwnersAndAnothers() {
    Resolution resolution =
        resolve("profile p {\n  owner { other /1 r, other { /2 r, } /3 r, }\n}\n");
    assertThat(resolution.diagnostics())
        .extracting(one -> one.severity() + " " + one.code() + " " + one.place())
        .containsExactly("warning AA-RESOLVE-0014 file:2:11", "warning AA-RESOLVE-0014 file:2:23");
    assertThat(rules(resolution.profiles().get(0))).isEqualTo("owner /3 r,");
  }

  @Test
  void aBlockCantMakeARuleWhatItIsNot() {
    Resolution resolution =
        resolve("profile p {\n  deny { /1 px, /2 r, }\n  owner { network, /3 r, }\n}\n");
    assertThat(resolution.diagnostics())
        .extracting(one -> one.severity() + " " + one.code() + " " + one.place())
        .containsExactly("error AA-RESOLVE-0012 file:2:10", "warning AA-RESOLVE-0014 file:3:11");
    assertThat(rules(resolution.profiles().get(0))).isEqualTo("deny /2 r, owner /3 r,");
  }

  // ---- aliases

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a r,                  | '/a r, /b r,'",
        "/a/** rw,              | /a/** rw, /b/** rw,",
        "/x r,                  | /x r,",
        "deny owner /a r,       | deny owner /a r, deny owner /b r,",
        "link /a/1 -> /a/2,     | link /a/1 -> /a/2, link /b/1 -> /b/2,",
        "link /x -> /a/2,       | link /x -> /a/2, link /x -> /b/2,",
        "/x l -> /a,            | /x l -> /a, /x l -> /b,",
        "/x px -> /a,           | /x px -> /a,",
        "/a px -> /a,           | /a px -> /a, /b px -> /a,",
        "change_profile -> /a,  | change_profile -> /a,",
        "mount /a -> /a/,       | mount /a -> /a/,",
        "file,                  | file,",
      })
  void aliasesAddRulesAboutFiles(String rule, String expected) {
    assertThat(rules("alias /a -> /b,", rule)).isEqualTo(expected);
  }

  @Test
  void eachAliasAddsOneAndNoneIsLookedAtAgain() {
    assertThat(rules("alias /a -> /b,\nalias /b -> /c,", "/a r,")).isEqualTo("/a r, /b r,");
    assertThat(rules("alias /a -> /z,\nalias /a -> /y,\nalias /a -> /z,", "/a r,"))
        .isEqualTo("/a r, /y r, /z r,");
    assertThat(rules("alias /a -> /1,\nalias /a/b -> /2,", "/a/b/c r,"))
        .isEqualTo("/a/b/c r, /1/b/c r, /2/c r,");
    assertThat(rules("alias /a -> /b,\n@{x} = /a", "@{x}/c r,")).isEqualTo("/a/c r, /b/c r,");
  }

  @Test
  void aliasesAreWaysToAttach() {
    Resolution resolution =
        resolve("alias /usr -> /mnt,\nprofile p /usr/bin/p { }\n/usr/bin/q { }\nprofile r { }");
    assertThat(resolution.profiles())
        .extracting(ResolvedProfile::attachments)
        .containsExactly(
            List.of("/usr/bin/p", "/mnt/bin/p"), List.of("/usr/bin/q", "/mnt/bin/q"), List.of());
  }

  // ---- profiles

  @Test
  void childrenAreNamedAfterTheirParents() {
    Resolution resolution =
        resolve(
            """
            profile :ns:a {
              profile b { profile /c { } }
              hat h { }
            }
            profile "d*" { }
            profile e//f { }
            """);
    assertThat(resolution.allProfiles())
        .extracting(profile -> profile.namespace() + " " + profile.name())
        .containsExactly("ns a", "ns a//b", "ns a//b///c", "ns a//h", "null d*", "null e//f");
    assertThat(resolution.allProfiles())
        .extracting(ResolvedProfile::localName)
        .containsExactly("a", "b", "/c", "h", "d*", "f");
    assertThat(resolution.profiles().get(1).attachments())
        .as("a name that is a pattern attaches")
        .containsExactly("d*");
  }

  @Test
  void refusesANameThatIsTaken() {
    assertThat(said(resolve("profile a { hat b { } }\nprofile a//b { }\nprofile :n:a { }")))
        .containsExactly("file:2:1: error: profile a//b is defined already [AA-RESOLVE-0010]");
  }

  @Test
  void flagsHavePathsOfVariables() {
    ResolvedProfile profile =
        resolve(
                "@{x} = /d\nprofile p flags=(attach_disconnected.path=@{x},"
                    + " attach_disconnected.ipc=/i/@{profile_name}) { }")
            .profiles()
            .get(0);
    assertThat(profile.disconnectedPath()).isEqualTo("/d");
    assertThat(profile.disconnectedIpcPath()).isEqualTo("/i/p");
    assertThat(said(resolve("@{x} = d\nprofile p flags=(attach_disconnected.path=@{x}) { }")))
        .containsExactly(
            "file:2:1: error: attach_disconnected.path must begin with '/': d [AA-RESOLVE-0016]");
  }
}
