package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The bytes of every policy of the corpus on every set of features, beside those that an earlier
 * version of this compiler made: {@code src/test/resources/fingerprints.tsv} has a line for each
 * file with the first eight digits of its policies' fingerprints, or {@code -} for one that can't
 * be compiled. {@code -Dgolden.update=true} writes the lines anew; a change is explained in the
 * commit that makes it.
 */
@Tag("differential")
class PolicyFingerprintsTest {

  private static final Path EXPECTED = Path.of("src/test/resources/fingerprints.tsv");
  private static final int DIGITS = 8;

  @Test
  void compilesEveryPolicyToTheSameBytes() throws IOException {
    Path corpus = Shared.path("corpus");
    Map<String, Features> features = features(corpus.resolve("features"));
    Map<String, String> found = new TreeMap<>();
    found.put("", String.join(" ", features.keySet()));
    Path profiles = corpus.resolve("profiles");
    for (String collection :
        List.of(
            "upstream/apparmor.d",
            "upstream/extras upstream/apparmor.d",
            "roddhjav upstream/apparmor.d",
            "debian-3.0.8")) {
      String[] names = collection.split(" ", -1);
      Path[] directories = Stream.of(names).map(profiles::resolve).toArray(Path[]::new);
      found.putAll(
          fingerprints(
              corpus,
              listed(profiles, names[0] + "/"),
              Resolver.of(IncludeResolver.directories(directories)),
              features));
    }
    Path tests = corpus.resolve("simple_tests");
    found.putAll(
        fingerprints(
            corpus,
            files(tests),
            Resolver.of(IncludeResolver.directories(corpus, List.of(tests))),
            features));
    List<String> lines =
        found.entrySet().stream().map(line -> line.getKey() + "\t" + line.getValue()).toList();
    if (Boolean.getBoolean("golden.update")) {
      Files.write(EXPECTED, lines);
    }
    assertThat(lines).hasSizeGreaterThan(2000).isEqualTo(Files.readAllLines(EXPECTED));
  }

  /** Returns the sets of features by name: kernels, and what upstream's tests compile for. */
  private static Map<String, Features> features(Path directory) throws IOException {
    Map<String, Features> features = new LinkedHashMap<>();
    for (String name :
        List.of(
            "kernel-6.1-debian",
            "kernel-6.12-debian",
            "kernel-7.2-debian",
            "upstream-tst/features.all",
            "upstream-tst/features.nopolicydb",
            "upstream-tst/features.extended-perms-policydb",
            "abi/kernel-5.4-outoftree-network")) {
      features.put(name, Features.parse(Files.readString(directory.resolve(name))));
    }
    return features;
  }

  /** Returns the files of a collection that the table of verdicts names. */
  private static List<Path> listed(Path profiles, String collection) throws IOException {
    return Files.readAllLines(profiles.resolve("verdicts.tsv"), StandardCharsets.ISO_8859_1)
        .stream()
        .filter(line -> line.startsWith(collection))
        .map(line -> profiles.resolve(line.substring(0, line.indexOf('\t'))))
        .toList();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static Map<String, String> fingerprints(
      Path corpus, List<Path> files, Resolver resolver, Map<String, Features> features) {
    return files.parallelStream()
        .collect(
            Collectors.toMap(
                file -> corpus.relativize(file).toString(),
                file -> fingerprints(file, resolver, features)));
  }

  private static String fingerprints(Path file, Resolver resolver, Map<String, Features> features) {
    List<String> columns = new ArrayList<>();
    for (Features kernel : features.values()) {
      columns.add(fingerprint(file, resolver, kernel));
    }
    return String.join(" ", columns);
  }

  private static String fingerprint(Path file, Resolver resolver, Features kernel) {
    try {
      SourceText text = SourceText.of(file.toString(), SourceText.decode(Files.readAllBytes(file)));
      Compilation compilation =
          PolicyCompiler.forKernel(kernel).compile(resolver.resolve(ProfileParser.parse(text)));
      return compilation.diagnostics().stream().anyMatch(Diagnostic::isError)
          ? "-"
          : compilation.orThrow().fingerprint().substring(0, DIGITS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
