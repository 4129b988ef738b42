package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileEditor;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.print.ProfileFormatter;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our verdict on every file of the corpus beside that of {@code apparmor_parser} 5.0.2. */
@Tag("differential")
class CorpusTest {

  @TempDir private Path directory = Path.of("");

  /** A file and what the reference said of it. */
  private record Row(Path file, List<String> columns) {

    boolean accepted(int column) {
      return columns.get(column).equals("accept");
    }
  }

  /** Reads a table of verdicts, whose names may hold any byte. */
  private static List<Row> rows(Path table, Path base) throws IOException {
    try (Stream<String> lines = Files.lines(table, StandardCharsets.ISO_8859_1)) {
      return lines
          .skip(1)
          .map(line -> List.of(line.split("\t", -1)))
          .map(columns -> new Row(base.resolve(columns.get(0)), columns))
          .toList();
    }
  }

  private static ParseResult<ProfileFile> parse(Path file) {
    try {
      return ProfileParser.parse(
          SourceText.of(file.toString(), SourceText.decode(Files.readAllBytes(file))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Diagnostic> errors(Path file, Resolver resolver, Features kernel) {
    return Diagnostic.errors(
        PolicyCompiler.forKernel(kernel).compile(resolver.resolve(parse(file))).diagnostics());
  }

  /** Returns the files whose compilation is judged in another way. */
  private static List<String> differences(List<Row> rows, Resolver resolver, Features kernel) {
    return rows.parallelStream()
        .flatMap(
            row -> {
              List<Diagnostic> errors = errors(row.file(), resolver, kernel);
              return errors.isEmpty() == row.accepted(1)
                  ? Stream.empty()
                  : Stream.of(difference(row, errors));
            })
        .toList();
  }

  private static String difference(Row row, List<Diagnostic> errors) {
    return row.columns() + ", here: " + (errors.isEmpty() ? "accept" : errors.get(0));
  }

  @Test
  void judgesAllSimpleTestsAsTheReferenceDoes() throws IOException {
    Path corpus = Shared.path("corpus");
    Path tst = Files.createDirectory(directory.resolve("tst"));
    Path tests =
        Files.createSymbolicLink(
            tst.resolve("simple_tests"), corpus.resolve("simple_tests").toRealPath());
    Features kernel =
        Features.parse(Files.readString(corpus.resolve("features/upstream-tst/features.all")));
    Resolver resolver = Resolver.of(IncludeResolver.directories(tst, List.of(tests)));
    List<Row> rows = rows(tests.resolve("verdicts.tsv"), tst);
    assertThat(rows).hasSizeGreaterThan(1000);
    assertThat(
            differences(
                rows.stream().filter(row -> !row.columns().get(3).equals("DISABLED")).toList(),
                resolver,
                kernel))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "upstream/apparmor.d:upstream/apparmor.d",
        "upstream/extras:upstream/extras,upstream/apparmor.d",
        "roddhjav:roddhjav,upstream/apparmor.d",
        "debian-3.0.8:debian-3.0.8"
      })
  void judgesAllProfilesAsTheReferenceDoes(String collection) throws IOException {
    Path profiles = Shared.path("corpus/profiles");
    Features kernel =
        Features.parse(Files.readString(Shared.path("corpus/features/kernel-6.12-debian")));
    String[] parts = collection.split(":", -1);
    Path[] directories =
        Stream.of(parts[1].split(",", -1)).map(profiles::resolve).toArray(Path[]::new);
    Resolver resolver = Resolver.of(IncludeResolver.directories(directories));
    // Where the reference gave up after 40 seconds it gave no verdict.
    List<Row> rows =
        rows(profiles.resolve("verdicts.tsv"), profiles).stream()
            .filter(row -> row.columns().get(0).startsWith(parts[0] + "/"))
            .filter(row -> !row.columns().get(1).startsWith("timeout"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(10);
    assertThat(differences(rows, resolver, kernel)).isEmpty();
  }

  @Test
  void readsAndPrintsAllProfiles() throws IOException {
    Path profiles = Shared.path("corpus/profiles");
    List<Row> rows = rows(profiles.resolve("verdicts.tsv"), profiles);
    assertThat(rows).hasSizeGreaterThan(1000);
    assertThat(
            rows.parallelStream()
                .flatMap(
                    row -> {
                      ParseResult<ProfileFile> parsed = parse(row.file());
                      List<Diagnostic> errors = Diagnostic.errors(parsed.diagnostics());
                      if (errors.isEmpty() != row.accepted(2)) {
                        return Stream.of(difference(row, errors));
                      }
                      String text = ProfilePrinter.print(parsed.model());
                      ParseResult<ProfileFile> again =
                          ProfileParser.parse(SourceText.of("again", text));
                      return !errors.isEmpty() || again.model().equals(parsed.model())
                          ? Stream.empty()
                          : Stream.of(row.file() + " is not printed as it was read");
                    }))
        .isEmpty();
  }

  @Test
  void editsAllProfilesAndUndoesIt() throws IOException {
    Path profiles = Shared.path("corpus/profiles");
    Rule rule = FileRule.of("/an/unlikely/path", "r");
    ProfileFlag debug = ProfileFlag.of(ProfileFlag.Kind.DEBUG);
    List<Row> rows =
        rows(profiles.resolve("verdicts.tsv"), profiles).stream()
            .filter(row -> row.accepted(2))
            .toList();
    assertThat(rows).hasSizeGreaterThan(1000);
    assertThat(
            rows.parallelStream()
                .flatMap(
                    row -> {
                      ProfileEditor editor = ProfileEditor.of(parse(row.file()).source());
                      return editor.result().model().profiles().stream()
                          .map(Profile::name)
                          .filter(
                              name ->
                                  !editor
                                      .add(name, rule)
                                      .setFlag(name, debug)
                                      .dropFlag(name, debug.kind())
                                      .remove(name, rule)
                                      .text()
                                      .equals(editor.text()))
                          .map(name -> row.file() + " " + name);
                    }))
        .isEmpty();
  }

  /** Cuts ten profiles off at every byte: each gives a model and diagnostics, and nothing else. */
  @Test
  void readsTruncatedProfiles() throws IOException {
    Path profiles = Shared.path("corpus/profiles");
    List<Row> rows =
        rows(profiles.resolve("verdicts.tsv"), profiles).stream()
            .filter(row -> row.accepted(2) && row.columns().get(0).startsWith("upstream/"))
            .filter(row -> row.file().toFile().length() < 6000)
            .limit(10)
            .toList();
    assertThat(rows).hasSize(10);
    rows.parallelStream()
        .forEach(
            row -> {
              byte[] whole = SourceText.encode(parse(row.file()).source().text());
              for (int length = 0; length < whole.length; length++) {
                String text = SourceText.decode(Arrays.copyOf(whole, length));
                ParseResult<ProfileFile> parsed = ProfileParser.parse(SourceText.of("cut", text));
                assertThat(SourceText.encode(text)).hasSize(length);
                parsed.diagnostics().forEach(d -> assertThat(d.render()).isNotEmpty());
              }
            });
  }

  @Test
  void formatsAllProfilesOnce() throws IOException {
    Path profiles = Shared.path("corpus/profiles");
    assertThat(
            rows(profiles.resolve("verdicts.tsv"), profiles).parallelStream()
                .filter(row -> row.accepted(2))
                .flatMap(
                    row -> {
                      ParseResult<ProfileFile> parsed = parse(row.file());
                      String once = ProfileFormatter.format(parsed.model(), parsed::isSpaced);
                      ParseResult<ProfileFile> again =
                          ProfileParser.parse(SourceText.of("again", once));
                      String twice = ProfileFormatter.format(again.model(), again::isSpaced);
                      return once.equals(twice) && rules(again).equals(rules(parsed))
                          ? Stream.empty()
                          : Stream.of(row.file());
                    }))
        .isEmpty();
  }

  /** Returns every element's text of a file, sorted: what reordering must not change. */
  private static List<String> rules(ParseResult<ProfileFile> parsed) {
    return ProfilePrinter.print(parsed.model())
        .lines()
        .map(String::strip)
        .filter(l -> !l.isEmpty())
        .sorted()
        .toList();
  }
}
