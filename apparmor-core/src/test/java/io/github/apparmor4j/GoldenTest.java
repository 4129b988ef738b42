package io.github.apparmor4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.print.ProfileFormatter;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.ModelDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Small texts, each about a corner of the language, and beside each what it is read as ({@code
 * .model}), printed as ({@code .printed}) and formatted as ({@code .formatted}); beside a text with
 * errors only what is said of it and what is left. {@code -Dgolden.update=true} writes them anew,
 * for someone to read before they are committed.
 */
class GoldenTest {

  private static final Path GOLDEN = Path.of("src/test/resources/io/github/apparmor4j/golden");
  private static final String INPUT = ".profile";
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");

  private static List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> inputs() throws IOException {
    return files().stream()
        .filter(name -> name.endsWith(INPUT))
        .map(name -> name.substring(0, name.length() - INPUT.length()))
        .toList();
  }

  private static String read(String name) throws IOException {
    return SourceText.decode(Files.readAllBytes(GOLDEN.resolve(name)));
  }

  private static ParseResult<ProfileFile> parse(String name, String text) {
    return ProfileParser.parse(SourceText.of(name, text));
  }

  private static ParseResult<ProfileFile> parse(String name) throws IOException {
    return parse(name + INPUT, read(name + INPUT));
  }

  private static String format(ParseResult<ProfileFile> parsed) {
    return ProfileFormatter.format(parsed.model(), parsed::isSpaced);
  }

  /** Returns what belongs beside an input, by the ends of its files' names. */
  private static Map<String, String> outputs(String name) throws IOException {
    ParseResult<ProfileFile> parsed = parse(name);
    Map<String, String> outputs = new TreeMap<>();
    String said =
        parsed.diagnostics().stream().map(Diagnostic::render).collect(Collectors.joining());
    outputs.put(".model", said + (said.isEmpty() ? "" : "\n") + ModelDump.of(parsed));
    if (parsed.isOk()) {
      outputs.put(".printed", ProfilePrinter.print(parsed.model()));
      outputs.put(".formatted", format(parsed));
    }
    return outputs;
  }

  @TestFactory
  Stream<DynamicNode> everyInputGivesItsOutputs() throws IOException {
    List<DynamicNode> tests = new ArrayList<>();
    for (String name : inputs()) {
      List<DynamicNode> forms = new ArrayList<>();
      outputs(name)
          .forEach((end, text) -> forms.add(dynamicTest(end, () -> compare(name + end, text))));
      if (parse(name).isOk()) {
        forms.add(dynamicTest("laws", () -> keepsTheLaws(name)));
      }
      tests.add(dynamicContainer(name, forms));
    }
    return tests.stream();
  }

  private static void compare(String file, String text) throws IOException {
    if (UPDATE) {
      Files.write(GOLDEN.resolve(file), SourceText.encode(text));
    }
    assertThat(GOLDEN.resolve(file)).exists();
    assertThat(text).as(file).isEqualTo(read(file));
  }

  /** What is printed means the same, and what is formatted is formatted. */
  private static void keepsTheLaws(String name) throws IOException {
    ParseResult<ProfileFile> parsed = parse(name);
    String printed = ProfilePrinter.print(parsed.model());
    ProfileFile again = parse("printed", printed).orThrow();
    assertThat(again).isEqualTo(parsed.model());
    assertThat(ProfilePrinter.print(again)).isEqualTo(printed);
    String formatted = format(parsed);
    ParseResult<ProfileFile> canonical = parse("formatted", formatted);
    assertThat(format(canonical)).isEqualTo(formatted);
    assertThat(ordered(canonical)).isEqualTo(ordered(parsed));
  }

  /** Returns the lines of a model's dump, without their places and their order. */
  private static List<String> ordered(ParseResult<ProfileFile> parsed) {
    return ModelDump.of(parsed)
        .lines()
        .map(line -> line.replaceFirst(" {2}@[0-9:-]+$", ""))
        .sorted()
        .toList();
  }

  /** Of a text that can be compiled where every include is empty. */
  @Test
  void whatIsFormattedIsTheSamePolicy() throws IOException {
    int compiled = 0;
    for (String name : inputs()) {
      ParseResult<ProfileFile> parsed = parse(name);
      Compilation before = compile(parsed);
      if (parsed.isOk() && before.isOk()) {
        Compilation after = compile(parse("formatted", format(parsed)));
        assertThat(after.orThrow().toBytes()).as(name).isEqualTo(before.orThrow().toBytes());
        compiled++;
      }
    }
    assertThat(compiled).isGreaterThan(25);
  }

  private static Compilation compile(ParseResult<ProfileFile> parsed) {
    Map<String, SourceText> empty = new TreeMap<>();
    IncludeResolver includes =
        (path, searched) ->
            path.startsWith("abi/")
                ? Optional.empty()
                : Optional.of(
                    List.of(empty.computeIfAbsent(path, name -> SourceText.of(name, ""))));
    return KernelRelease.LINUX_7_2.compiler().compile(Resolver.of(includes).resolve(parsed));
  }

  @Test
  void noOutputIsWithoutItsInput() throws IOException {
    TreeSet<String> expected = new TreeSet<>();
    for (String name : inputs()) {
      expected.add(name + INPUT);
      outputs(name).keySet().forEach(end -> expected.add(name + end));
    }
    assertThat(files()).isNotEmpty().isSubsetOf(expected);
    if (!UPDATE) {
      assertThat(files()).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void nothingIsWrittenWhereNobodyReadsIt() {
    assertThat(UPDATE && System.getenv("CI") != null)
        .as("golden.update in continuous integration")
        .isFalse();
  }
}
