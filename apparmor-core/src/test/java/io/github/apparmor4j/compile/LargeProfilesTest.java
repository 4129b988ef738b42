package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.GlobRegex;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.Rights;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The profiles that {@code apparmor_parser} 5.0.2 had not compiled after 40 seconds: there is no
 * reference to compare with, so their automata are compared with their rules, one by one.
 */
@Tag("differential") // java.util.regex goes back and forth: ten seconds to a minute
class LargeProfilesTest {

  private static final int PATHS = 60;
  private static final String LETTERS = "xwralkm";

  static Stream<String> unfinished() throws IOException {
    Path table = Shared.path("corpus/profiles/verdicts.tsv");
    return Files.readAllLines(table, StandardCharsets.ISO_8859_1).stream()
        .map(line -> line.split("\t", -1))
        .filter(columns -> columns[1].equals("timeout40s"))
        .map(columns -> columns[0]);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unfinished")
  void isWhatItsRulesSay(String name) throws IOException {
    Path profiles = Shared.path("corpus/profiles");
    Path file = profiles.resolve(name);
    Resolver resolver =
        Resolver.of(
            IncludeResolver.directories(
                profiles.resolve("roddhjav"), profiles.resolve("upstream/apparmor.d")));
    SourceText text = SourceText.of(name, SourceText.decode(Files.readAllBytes(file)));
    Compilation compilation =
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compile(resolver.resolve(ProfileParser.parse(text)));
    assertThat(compilation.isOk()).isTrue();
    for (Compilation.CompiledProfile profile : compilation.profiles()) {
      compare(profile);
    }
  }

  private static void compare(Compilation.CompiledProfile profile) {
    Map<String, GlobRegex> patterns = new HashMap<>();
    Map<String, Map<String, Boolean>> known = new HashMap<>(); // by path: each is asked for often
    NaivePolicy naive =
        new NaivePolicy(
            rules(profile),
            (pattern, path) ->
                known
                    .computeIfAbsent(path, p -> new HashMap<>())
                    .computeIfAbsent(
                        pattern,
                        p -> patterns.computeIfAbsent(p, q -> GlobRegex.path(q)).matches(path)));
    PolicyDfa files = Objects.requireNonNull(profile.binary().files());
    for (String path : paths(files)) {
      int state = files.walk(path.getBytes(StandardCharsets.ISO_8859_1));
      for (boolean owner : new boolean[] {true, false}) {
        Rights rights = Rights.ofFile(files, state, owner);
        for (int i = 0; i < LETTERS.length(); i++) {
          char letter = LETTERS.charAt(i);
          int bit = 1 << i;
          NaivePolicy.Answer expected = naive.file(path, owner, letter);
          assertThat(List.of((rights.allow() & bit) != 0, (rights.quiet() & bit) != 0))
              .as("%s %s, owner: %s", letter, path, owner)
              .isEqualTo(List.of(expected.allowed(), expected.quiet()));
        }
      }
    }
  }

  /** Returns the rules, and those that the compiler adds. */
  private static List<Rule> rules(Compilation.CompiledProfile profile) {
    List<Rule> rules = new ArrayList<>();
    for (ResolvedRule resolved : profile.source().rules()) {
      if (resolved.rule() instanceof FileRule rule && rule.path() == null) {
        rules.add(new FileRule(rule.qualifiers(), "/{**,}", rule.permissions(), null));
      } else {
        rules.add(resolved.rule());
      }
    }
    profile.rules().stream()
        .filter(rule -> rule.table() == EncodedRule.Table.FILE && rule.origin() == null)
        .findFirst()
        .ifPresent(
            rule -> {
              rules.add(implied("/proc/*/attr/apparmor/", "r"));
              rules.add(implied("/sys/module/apparmor/parameters/enabled", "r"));
              rules.add(implied("/proc/[0-9]*/attr/{apparmor/,}current", "a"));
            });
    return rules;
  }

  private static Rule implied(String path, String letters) {
    return new FileRule(
        Qualifiers.NONE.withOwnership(Qualifiers.Ownership.OWNER),
        path,
        FilePermissions.of(letters),
        null);
  }

  /** Returns paths that lead to states of all over the automaton, and some beside them. */
  private static List<String> paths(PolicyDfa files) {
    Random random = new Random(1);
    List<String> paths = new ArrayList<>();
    while (paths.size() < PATHS) {
      StringBuilder path = new StringBuilder("/");
      int state = files.walk((byte) '/');
      int length = 5 + random.nextInt(60);
      while (path.length() < length) {
        int[] next = new int[256];
        int count = 0;
        for (int c = 33; c < 127; c++) {
          if (files.tables().step(state, c) != Dfa.TRAP) {
            next[count++] = c;
          }
        }
        if (count == 0) {
          break;
        }
        int c = next[random.nextInt(count)];
        path.append((char) c);
        state = files.tables().step(state, c);
      }
      paths.add(path.toString());
      path.setCharAt(random.nextInt(path.length() - 1) + 1, (char) ('a' + random.nextInt(26)));
      paths.add(path.toString());
    }
    return paths;
  }
}
