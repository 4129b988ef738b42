package io.github.apparmor4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {

  private static final Path SNIPPETS =
      Path.of("src/test/java/io/github/apparmor4j/examples/ReadmeSnippets.java");

  @TempDir private Path directory = Path.of("");

  private static String folded(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void everySnippetCompiles() throws IOException {
    String compiled = folded(Files.readString(SNIPPETS));
    assertThat(snippets("README.md"))
        .hasSize(9)
        .allMatch(snippet -> compiled.contains(folded(snippet)));
    assertThat(snippets("docs/asking.md"))
        .hasSize(1)
        .allMatch(snippet -> compiled.contains(folded(snippet)));
  }

  private static List<String> snippets(String file) throws IOException {
    return Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("../..").resolve(file)))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  @Test
  void snippetsDoWhatTheReadmeSays() throws Exception {
    assertThat(ReadmeSnippets.build()).isFalse();
    assertThat(ReadmeSnippets.diagnose().diagnostics())
        .anyMatch(problem -> problem.message().equals("unknown capability 'kil'"));
    List<Path> web = List.of(Files.writeString(directory.resolve("web"), "profile web { /a ux, }"));
    BatchCompiler batch =
        BatchCompiler.of(KernelRelease.LINUX_6_12.compiler(), IncludeResolver.none());
    PolicySet host = PolicySet.of(List.of(batch.compile(web).get(0).compilation()));
    assertThat(ReadmeSnippets.ask(List.of(), host)).isFalse();
    Files.writeString(directory.resolve("cron"), "profile cron { /a r, }");
    assertThat(
            ReadmeSnippets.askMore(batch, List.of(web.get(0), directory.resolve("cron"))).edges())
        .hasSize(1);
    ReadmeSnippets.batch(Files.createDirectory(directory.resolve("profiles")));
    ReadmeSnippets.docker();
    ReadmeSnippets.edit();
    SourceText pod = SourceText.of("pod", "kind: Pod\nspec:\n  containers:\n  - name: web\n");
    assertThat(ReadmeSnippets.kubernetes(pod)).containsPattern("localhostProfile: web-\\w{8}\n");
  }

  @Test
  void ciRunsTheReadmesTestCommand() throws IOException {
    String readme = Files.readString(Path.of("../../README.md"));
    String run = Files.readString(Path.of("../../.ci/run"));
    assertThat(readme).contains(".ci/setup && mvn -B -ntp verify -Pfull\n");
    assertThat(run).contains("\n.ci/setup\nmvn -B -ntp verify -Pfull\n");
  }
}
