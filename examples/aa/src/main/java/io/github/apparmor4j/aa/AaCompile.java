package io.github.apparmor4j.aa;

import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code aa compile}: writes binary policy. */
@Command(
    name = "compile",
    description = "Writes the binary policy of files; one bad file does not stop the others.")
final class AaCompile implements Callable<Integer> {

  private static final long CACHE_BYTES = 64L << 20;

  @Mixin private Sources sources = new Sources();

  @Option(
      names = "-o",
      paramLabel = "DIR",
      description =
          "write each policy to DIR/<file name>.bin; default: all to standard output, one after"
              + " the other")
  private @Nullable Path directory;

  @Option(names = "--cache", paramLabel = "DIR", description = "keep tables for the next time")
  private @Nullable Path cache;

  @Option(names = "--strict", description = "refuse rules that the kernel can't enforce")
  private boolean strict;

  @Option(names = "--warn", description = "show warnings too; they don't change the exit status")
  private boolean warn;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Features kernel = sources.options.kernel();
    PolicyCompiler.Builder compiler = sources.options.compiler(kernel);
    if (strict) {
      compiler.strict();
    }
    if (cache != null) { // for one run alone, profiles have too little in common
      compiler.cache(TableCache.inMemory(CACHE_BYTES).withDirectory(cache));
    }
    BatchCompiler batch = sources.batch(compiler.build(), kernel, Sources.Depth.COMPILED);
    List<Path> files = sources.files();
    Path into = directory;
    if (into != null) {
      Files.createDirectories(into);
    }
    boolean[] bad = {false};
    Set<Path> written = new HashSet<>();
    try (ProgressBar progress = ProgressBar.of(files.size(), into != null);
        FileWriters writers = new FileWriters()) {
      batch.compile(
          files,
          result -> {
            Path file = result.file();
            progress.step(String.valueOf(file.getFileName()), messages(result.compilation()));
            if (!result.compilation().isOk()) {
              bad[0] = true;
              return true;
            }
            byte[] policy = result.compilation().orThrow().toBytes();
            Path target = into == null ? null : target(into, file);
            if (target == null) {
              System.out.writeBytes(policy);
            } else if (written.add(target)) {
              writers.write(target, policy);
            } else {
              bad[0] = true;
              Terminal.problem(
                  "aa: another file has the same name, and would be overwritten by " + file);
            }
            return true;
          });
      bad[0] |= !writers.finish();
    }
    System.out.flush();
    return bad[0] ? 1 : 0;
  }

  private String messages(Compilation compilation) {
    return compilation.diagnostics().stream()
        .filter(diagnostic -> warn || diagnostic.isError())
        .map(Diagnostic::render)
        .collect(Collectors.joining());
  }

  private static Path target(Path directory, Path file) {
    return directory.resolve(file.getFileName() + ".bin");
  }
}
