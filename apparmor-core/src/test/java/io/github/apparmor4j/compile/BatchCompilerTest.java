package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchCompilerTest {

  private static final PolicyCompiler COMPILER = KernelRelease.LINUX_6_12.compiler();

  @TempDir private Path directory = Path.of("");

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void compilesADirectoryInItsOrder() throws Exception {
    for (int i = 0; i < 100; i++) {
      file("f" + i, "include <shared>\nprofile p" + i + " { @{DATA}/" + i + " r, }\n");
    }
    file("shared", "@{DATA} = /srv\n");
    List<Path> files =
        ProfileDirectory.files(directory).stream().filter(f -> !f.endsWith("shared")).toList();
    BatchCompiler batch = BatchCompiler.of(COMPILER, IncludeResolver.directories(directory));
    List<BatchCompiler.Result> results = batch.withThreads(3).compile(files);
    assertThat(results).extracting(BatchCompiler.Result::file).isEqualTo(files);
    assertThat(results)
        .allMatch(result -> result.compilation().isOk())
        .allMatch(result -> result.failure() == null)
        .extracting(result -> result.compilation().orThrow().profiles().get(0).name())
        .isEqualTo(files.stream().map(f -> f.getFileName().toString().replace('f', 'p')).toList());
  }

  @Test
  void whateverIsThrownConcernsOneFileAlone() throws Exception {
    List<Path> files =
        List.of(
            file("bad", "profile {"),
            file("error", "error"),
            file("exception", "exception"),
            file("deep", "deep"),
            directory.resolve("missing"),
            directory,
            file("good", "profile good { }"));
    BatchCompiler batch =
        BatchCompiler.of(
            text -> {
              switch (text.text()) {
                case "error" -> throw new AssertionError("a defect");
                case "exception" -> throw new IllegalStateException("another");
                case "deep" -> throw new StackOverflowError();
                default -> {
                  return COMPILER.compile(text, IncludeResolver.none());
                }
              }
            });
    List<BatchCompiler.Result> results = batch.compile(files);
    assertThat(results)
        .extracting(result -> codes(result.compilation()))
        .containsExactly(
            "AA-PARSE-0039",
            "AA-COMPILE-0009",
            "AA-COMPILE-0009",
            "AA-COMPILE-0009",
            "AA-RESOLVE-0003",
            "AA-RESOLVE-0003",
            "");
    assertThat(results.get(1).failure()).hasMessage("a defect");
    assertThat(results.get(5).failure()).isInstanceOf(IOException.class);
    assertThat(results.get(4).compilation().diagnostics().get(0))
        .hasToString(
            directory.resolve("missing")
                + ":1:1: error: can't be read: No such file or directory [AA-RESOLVE-0003]");
    assertThat(results.get(6).compilation().isOk()).isTrue();
  }

  private static String codes(Compilation compilation) {
    return String.join(
        " ", compilation.diagnostics().stream().map(Diagnostic::code).distinct().toList());
  }

  @Test
  void endsWhenTheTakerHasEnough() throws Exception {
    List<Path> files = new ArrayList<>();
    for (int i : IntStream.range(0, 50).toArray()) {
      files.add(file("f" + i, "profile p { }"));
    }
    List<Path> taken = new ArrayList<>();
    BatchCompiler.of(COMPILER, IncludeResolver.none())
        .compile(
            files,
            result -> {
              taken.add(result.file());
              return taken.size() < 3;
            });
    assertThat(taken).isEqualTo(files.subList(0, 3));
  }

  @Test
  void anInterruptEndsIt() throws Exception {
    List<Path> files = List.of(file("f", "profile p { }"));
    BatchCompiler batch = BatchCompiler.of(COMPILER, IncludeResolver.none());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> batch.compile(files)).isInstanceOf(InterruptedException.class);
    // Whether the results are there or not.
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(
              () ->
                  BatchCompiler.<Integer, Integer>inOrder(
                      List.of(1, 2),
                      1,
                      number -> number,
                      number -> {
                        Thread.currentThread().interrupt();
                        return true;
                      }))
          .isInstanceOf(InterruptedException.class);
    }
    BatchCompiler cancelled =
        BatchCompiler.of(
            text -> {
              throw new CancellationException();
            });
    assertThatThrownBy(() -> cancelled.compile(files)).isInstanceOf(CancellationException.class);
  }
}
