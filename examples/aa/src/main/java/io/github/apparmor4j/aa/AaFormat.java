package io.github.apparmor4j.aa;

import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.print.ProfileFormatter;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa fmt}: rewrites files in canonical form. */
@Command(name = "fmt", description = "Rewrites files in canonical form.")
final class AaFormat implements Callable<Integer> {

  @Option(names = "--check", description = "change nothing; name the files that are not canonical")
  private boolean check;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "files, or directories of them")
  private List<Path> paths = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    int status = 0;
    for (Path file : Sources.files(paths)) {
      SourceText text = SourceText.read(file);
      ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
      if (!parsed.isOk()) {
        parsed.diagnostics().forEach(this::report);
        status = 1;
        continue;
      }
      String canonical = ProfileFormatter.format(parsed.model(), parsed::isSpaced);
      if (!canonical.equals(text.text())) {
        if (check) {
          Terminal.println(file);
          status = 1;
        } else {
          Aa.replace(file, text, canonical);
        }
      }
    }
    return status;
  }

  private void report(Diagnostic diagnostic) {
    System.err.print(diagnostic.render());
  }
}
