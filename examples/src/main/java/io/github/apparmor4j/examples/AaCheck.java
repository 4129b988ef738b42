package io.github.apparmor4j.examples;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.PolicyTooComplexException;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
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

  @Parameters(paramLabel = "FILE", arity = "1..*")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Resolver resolver = options.resolver();
    PolicyCompiler compiler = PolicyCompiler.forKernel(options.kernel());
    ExecutorService executor =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    boolean bad = false;
    BufferedWriter out =
        new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    try {
      List<Future<List<String>>> results = new ArrayList<>();
      for (Path file : files) {
        results.add(executor.submit(() -> verdict(file, resolver, compiler)));
      }
      for (int i = 0; i < results.size(); i++) {
        List<String> problems = results.get(i).get();
        String name = escape(files.get(i).toString());
        for (String problem : problems) {
          out.write("error\t" + name + "\t" + problem + "\n");
        }
        if (problems.isEmpty()) {
          out.write("ok\t" + name + "\n");
        }
        bad |= !problems.isEmpty();
      }
    } finally {
      out.flush();
      executor.shutdownNow();
    }
    return bad ? 1 : 0;
  }

  private List<String> verdict(Path file, Resolver resolver, PolicyCompiler compiler) {
    SourceText text;
    try {
      text = Aa.read(file);
    } catch (IOException e) {
      return List.of("1:1: can't be read: " + escape(String.valueOf(e)));
    }
    ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
    List<Diagnostic> diagnostics = parsed.diagnostics();
    if (!parseOnly) {
      try {
        diagnostics = compiler.compile(resolver.resolve(parsed)).diagnostics();
      } catch (PolicyTooComplexException e) {
        return List.of("1:1: " + escape(String.valueOf(e.getMessage())));
      }
    }
    return Diagnostic.errors(diagnostics).stream().map(d -> line(d, text)).toList();
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
