package io.github.apparmor4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.check.ProfileChecks;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits that no other test holds; docs/limits.md names a test for each. */
class LimitsTest {

  private static String lines(int count, IntFunction<String> line) {
    return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n"));
  }

  private static List<Diagnostic> parsed(String text, ProfileParser.Limits limits) {
    return ProfileParser.parse(SourceText.of("f", text), limits).diagnostics();
  }

  @Test
  void stopsAtTheErrorThatIsTheLast() {
    String text = "profile p {\n" + lines(2000, i -> "wrong" + i + ",") + "\n}\n";
    assertThat(parsed(text, ProfileParser.Limits.DEFAULT)).hasSize(1000);
    assertThat(parsed(text, new ProfileParser.Limits(1 << 20, 1 << 10, 10, 3))).hasSize(3);
  }

  @Test
  void takesTwelveNamedTransitions() {
    IntFunction<String> profile =
        count -> "profile p { " + lines(count, i -> "/" + i + " px -> t" + i + ",") + " }";
    PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_6_12);
    assertThat(codes(compiler, profile.apply(12))).isEmpty();
    assertThat(codes(compiler, profile.apply(13))).containsExactly("AA-COMPILE-0003");
  }

  private static List<String> codes(PolicyCompiler compiler, String text) {
    return compiler.compile(SourceText.of("f", text), IncludeResolver.none()).diagnostics().stream()
        .map(Diagnostic::code)
        .toList();
  }

  @Test
  void readsFeaturesOfThousandsOfSmallFiles(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[1 << 16]);
    assertThat(Features.readDirectory(directory)).isNotNull();
    Files.write(file, new byte[(1 << 16) + 1]);
    assertThatThrownBy(() -> Features.readDirectory(directory)).isInstanceOf(IOException.class);
    Files.delete(file);
    for (int i = 0; i <= 10_000; i++) {
      Files.createFile(directory.resolve("" + i));
    }
    assertThatThrownBy(() -> Features.readDirectory(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 10000 files");
  }

  @Test
  void readsFeaturesAsTextOfThirtyTwoLevels() {
    assertThat(Features.parse("a{".repeat(32) + "b" + "}".repeat(32))).isNotNull();
    assertThatThrownBy(() -> Features.parse("a{".repeat(33) + "b" + "}".repeat(33)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Features.parse(lines(10_000, i -> "a" + i + " {\n}\n"))).isNotNull();
    assertThatThrownBy(() -> Features.parse(lines(10_001, i -> "a" + i + "{b\n}\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than 10000 features");
  }

  @Test
  void comparesRulesAsLongAsTheyAreSmall() {
    assertThat(findings(3)).containsExactly("AA-CHECK-0003");
    assertThat(findings(13)).isEmpty();
  }

  /** Returns what is found in two rules, of which one covers the other with 2ⁿ states. */
  private static List<String> findings(int n) {
    String glob = "/**a" + "?".repeat(n);
    String text = "profile p { /{**,}a" + "?".repeat(n) + " r, " + glob + " rw, }";
    return ProfileChecks.run(
            Resolver.of(IncludeResolver.none())
                .resolve(ProfileParser.parse(SourceText.of("f", text))),
            Features.LINUX_6_12)
        .stream()
        .map(Diagnostic::code)
        .filter(code -> code.equals("AA-CHECK-0003"))
        .toList();
  }
}
