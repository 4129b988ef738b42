package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.PolicyComparison;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The corners of the grammar: a table of short texts, whether {@code apparmor_parser} 5.0.2 takes
 * them, and other spellings that it makes the same policy of, or another.
 */
class LanguageProbesTest {

  private static final Pattern SPELLING = Pattern.compile("(?:same |DIFFERENT )?([=≠]) (.+)");

  /** Decided otherwise, in docs/compatibility.md. */
  private static final List<String> DECIDED = List.of("RAW:/a/b// { }");

  private final IncludeResolver includes =
      IncludeResolver.directories(Shared.path("corpus/profiles/upstream/apparmor.d"));

  private final PolicyCompiler compiler =
      PolicyCompiler.builder(Features.LINUX_6_12)
          .semantics(Semantics.APPARMOR_5_0)
          .build()
          .withDefaultAbi(Features.LINUX_6_12);

  /** A row of the table. */
  private record Probe(String kind, String text, boolean accepted, String meaning) {
    static Probe of(String line) {
      String[] columns = line.split("\t", -1);
      return new Probe(
          columns[0],
          columns[1],
          columns[2].equals("accept"),
          columns.length > 5 ? columns[5] : "");
    }
  }

  @TestFactory
  Stream<DynamicTest> probes() throws IOException {
    Map<String, List<Probe>> kinds = new LinkedHashMap<>();
    Path table = Shared.path("cases/language-probes.tsv");
    for (String line : Files.readAllLines(table)) {
      if (!line.startsWith("# ") && !line.isBlank()) {
        Probe probe = Probe.of(line);
        kinds.computeIfAbsent(probe.kind(), any -> new ArrayList<>()).add(probe);
      }
    }
    return kinds.entrySet().stream()
        .map(
            kind ->
                dynamicTest(
                    kind.getKey(),
                    () ->
                        assertThat(kind.getValue().stream().flatMap(this::wrong).toList())
                            .isEmpty()));
  }

  private Stream<String> wrong(Probe probe) {
    if (DECIDED.contains(probe.text())) {
      return Stream.empty();
    }
    Compilation ours = compile(probe.text());
    if (ours.isOk() != probe.accepted()) {
      return Stream.of(
          probe.text() + (probe.accepted() ? ": refused " + ours.diagnostics() : ": accepted"));
    }
    return Stream.of(probe.meaning().split(" ; ", -1))
        .map(SPELLING::matcher)
        .filter(Matcher::matches)
        .filter(other -> other.group(2).chars().filter(c -> c == '"').count() % 2 == 0) // not cut
        .filter(other -> isEqual(ours, compile(other.group(2))) != other.group(1).equals("="))
        .map(other -> probe.text() + " " + other.group() + ", but not here");
  }

  private Compilation compile(String probe) {
    String text = probe.replace("\\n", "\n");
    String file = text.startsWith("RAW:") ? text.substring(4) : "profile p { " + text + " }";
    return compiler.compile(SourceText.of("probe", file), includes);
  }

  private static boolean isEqual(Compilation one, Compilation other) {
    return PolicyComparison.differences(one.orThrow().profiles(), other.orThrow().profiles())
        .isEmpty();
  }
}
