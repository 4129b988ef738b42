package io.github.apparmor4j.examples;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.parse.ProfileParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa compile}: binary policy. */
@Command(name = "compile", description = "Writes the binary policy of a file.")
final class AaCompile implements Callable<Integer> {

  @Mixin private Aa.Options options = new Aa.Options();

  @Option(names = "-o", paramLabel = "OUT", description = "default: standard output")
  private @Nullable Path out;

  @Parameters(paramLabel = "FILE")
  private Path file = Path.of("");

  @Override
  public Integer call() throws IOException {
    Compilation compiled =
        PolicyCompiler.forKernel(options.kernel())
            .compile(options.resolver().resolve(ProfileParser.parse(Aa.read(file))));
    compiled.diagnostics().forEach(diagnostic -> System.err.print(diagnostic.render()));
    if (!compiled.isOk()) {
      return 1;
    }
    byte[] policy = compiled.orThrow().toBytes();
    if (out == null) {
      System.out.write(policy);
      System.out.flush();
    } else {
      Files.write(out, policy);
    }
    return 0;
  }
}
