package io.github.apparmor4j.aa;

import io.github.apparmor4j.check.ProfileChecks;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Sarif;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code aa check}: says whether each file compiles. */
@Command(name = "check", description = "Says whether files compile, and what is wrong if not.")
final class AaCheck implements Callable<Integer> {

  @Mixin private Sources sources = new Sources();

  @Option(names = "--parse-only", description = "follow no include, expand and compile nothing")
  private boolean parseOnly;

  @Option(names = "--warn", description = "show warnings too; they don't change the exit status")
  private boolean warn;

  @Option(names = "--sarif", description = "print all that is found as SARIF 2.1.0 instead")
  private boolean sarif;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Features kernel = sources.options.kernel();
    Sources.Depth depth =
        parseOnly
            ? Sources.Depth.PARSED
            : warn || sarif ? Sources.Depth.CHECKED : Sources.Depth.COMPILED;
    BatchCompiler batch = sources.batch(sources.options.compiler(kernel).build(), kernel, depth);
    List<Diagnostic> found = new ArrayList<>();
    List<ResolvedProfile> profiles = new ArrayList<>();
    boolean[] bad = {false};
    PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    batch.compile(
        sources.files(),
        result -> {
          List<Diagnostic> diagnostics = result.compilation().diagnostics();
          bad[0] |= !result.compilation().isOk();
          result.compilation().profiles().forEach(one -> profiles.add(one.source()));
          if (sarif) {
            found.addAll(diagnostics);
          } else {
            print(result.file(), diagnostics, out);
          }
          return true;
        });
    List<Diagnostic> together = ProfileChecks.acrossFiles(profiles);
    found.addAll(together);
    if (warn && !sarif) {
      together.forEach(one -> warn(Path.of(one.place().source().name()), one, out));
    }
    if (sarif) {
      Sarif.write(found, "aa", Aa.version(), out);
    }
    out.flush();
    return bad[0] ? 1 : 0;
  }

  private void print(Path file, List<Diagnostic> diagnostics, PrintWriter out) {
    String name = escape(file.toString());
    List<Diagnostic> errors = Diagnostic.errors(diagnostics);
    errors.forEach(error -> out.print("error\t" + name + "\t" + line(error, file) + "\n"));
    if (warn) {
      diagnostics.stream()
          .filter(diagnostic -> !diagnostic.isError())
          .forEach(warning -> warn(file, warning, out));
    }
    if (errors.isEmpty()) {
      out.print("ok\t" + name + "\n");
    }
  }

  private static void warn(Path file, Diagnostic warning, PrintWriter out) {
    out.print("warning\t" + escape(file.toString()) + "\t" + line(warning, file) + "\n");
  }

  private static String line(Diagnostic diagnostic, Path file) {
    SourcePlace place = diagnostic.place();
    String where = place.line() + ":" + place.column();
    String source = place.source().name();
    String other = source.equals(file.toString()) ? "" : source + ":";
    return escape(other + where + ": " + diagnostic.message());
  }

  private static String escape(String text) {
    return SourceText.printable(
        text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"));
  }
}
