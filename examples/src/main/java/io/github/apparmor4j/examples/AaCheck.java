package io.github.apparmor4j.examples;

import io.github.apparmor4j.check.ProfileChecks;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.PolicyTooComplexException;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Sarif;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa check}: the verdict on each file. */
@Command(name = "check", description = "Says whether files compile, and what is wrong if not.")
final class AaCheck implements Callable<Integer> {

  @Mixin private Aa.Options options = new Aa.Options();

  @Option(names = "--parse-only", description = "follow no include, expand and compile nothing")
  private boolean parseOnly;

  @Option(names = "--warn", description = "show warnings too; they don't change the exit status")
  private boolean warn;

  @Option(names = "--sarif", description = "print all that is found as SARIF 2.1.0 instead")
  private boolean sarif;

  @Parameters(paramLabel = "FILE", arity = "1..*")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Resolver resolver = options.resolver();
    Features kernel = options.kernel();
    PolicyCompiler compiler = PolicyCompiler.forKernel(kernel);
    ExecutorService executor =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    boolean bad = false;
    BufferedWriter out =
        new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    try {
      List<Diagnostic> found = new ArrayList<>();
      List<Future<Verdict>> results = new ArrayList<>();
      for (Path file : files) {
        results.add(executor.submit(() -> verdict(file, resolver, compiler, kernel)));
      }
      for (int i = 0; i < results.size(); i++) {
        Verdict verdict = results.get(i).get();
        if (sarif) {
          found.addAll(verdict.diagnostics());
          bad |= !Diagnostic.errors(verdict.diagnostics()).isEmpty();
          continue;
        }
        List<String> problems = verdict.errors();
        String name = escape(files.get(i).toString());
        for (String problem : problems) {
          out.write("error\t" + name + "\t" + problem + "\n");
        }
        for (String warning : verdict.warnings()) {
          out.write("warning\t" + name + "\t" + warning + "\n");
        }
        if (problems.isEmpty()) {
          out.write("ok\t" + name + "\n");
        }
        bad |= !problems.isEmpty();
      }
      if (sarif) {
        Sarif.write(found, "aa", Aa.version(), out);
      }
    } finally {
      out.flush();
      executor.shutdownNow();
    }
    return bad ? 1 : 0;
  }

  /** What was found in a file, and as lines after the file's name. */
  private record Verdict(List<Diagnostic> diagnostics, List<String> errors, List<String> warnings) {

    /** Returns the verdict on a file that could not be judged to the end. */
    static Verdict failed(SourceText text, String code, String message) {
      Diagnostic error =
          Diagnostic.error(code, SourcePlace.of(text, new SourceSpan(0, 0)), message);
      return new Verdict(List.of(error), List.of(line(error, text)), List.of());
    }
  }

  private Verdict verdict(Path file, Resolver resolver, PolicyCompiler compiler, Features kernel) {
    SourceText text;
    try {
      text = Aa.read(file);
    } catch (IOException e) {
      return Verdict.failed(
          SourceText.of(file.toString(), ""), "AA-RESOLVE-0003", "can't be read: " + Aa.reason(e));
    }
    ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
    List<Diagnostic> diagnostics = new ArrayList<>(parsed.diagnostics());
    if (!parseOnly) {
      try {
        Resolution resolution = resolver.resolve(parsed);
        diagnostics = new ArrayList<>(compiler.compile(resolution).diagnostics());
        if (warn || sarif) {
          diagnostics.addAll(ProfileChecks.run(resolution, kernel));
        }
      } catch (PolicyTooComplexException e) {
        return Verdict.failed(text, PolicyTooComplexException.CODE, String.valueOf(e.getMessage()));
      }
    }
    return new Verdict(
        diagnostics,
        lines(diagnostics, true, text),
        warn ? lines(diagnostics, false, text) : List.of());
  }

  private static List<String> lines(List<Diagnostic> diagnostics, boolean errors, SourceText file) {
    return diagnostics.stream().filter(d -> d.isError() == errors).map(d -> line(d, file)).toList();
  }

  private static String line(Diagnostic diagnostic, SourceText file) {
    SourcePlace place = diagnostic.place();
    String where = place.line() + ":" + place.column();
    String other = place.source().equals(file) ? "" : place.source().name() + ":";
    return escape(other + where + ": " + diagnostic.message());
  }

  static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
  }
}
