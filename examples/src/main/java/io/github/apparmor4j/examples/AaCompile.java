package io.github.apparmor4j.examples;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.PolicyTooComplexException;
import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa compile}: binary policy. */
@Command(
    name = "compile",
    description = "Writes the binary policy of files; one bad file does not stop the others.")
final class AaCompile implements Callable<Integer> {

  private static final long CACHE_BYTES = 64L << 20;

  @Mixin private Aa.Options options = new Aa.Options();

  @Option(
      names = "-o",
      paramLabel = "DIR",
      description =
          "write each policy to DIR/<file name>.bin; default: all to standard output, one after"
              + " the other")
  private @Nullable Path directory;

  @Option(names = "-j", paramLabel = "N", description = "files at once; default: the processors")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(names = "--cache", paramLabel = "DIR", description = "keep tables for the next time")
  private @Nullable Path cache;

  @Option(names = "--strict", description = "refuse rules that the kernel can't enforce")
  private boolean strict;

  @Option(names = "--warn", description = "show warnings too; they don't change the exit status")
  private boolean warn;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "files, or directories of them")
  private List<Path> paths = new ArrayList<>();

  /** What became of a file: its policy, unless it is in its place already, and what to say. */
  private record Result(Path file, byte[] policy, String messages, boolean ok) {

    static Result failed(Path file, String message) {
      return new Result(file, new byte[0], "aa: " + file + ": " + message + "\n", false);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PolicyCompiler compiler = PolicyCompiler.forKernel(options.kernel());
    if (strict) {
      compiler = compiler.strict();
    }
    if (cache != null) { // for one time, profiles have too little in common
      compiler = compiler.withCache(TableCache.inMemory(CACHE_BYTES).withDirectory(cache));
    }
    PolicyCompiler finished = compiler;
    Resolver resolver = options.resolver();
    List<Path> files = Batch.files(paths);
    Path into = directory;
    if (into != null) {
      Files.createDirectories(into);
    }
    boolean[] bad = {false};
    Set<Path> written = new HashSet<>();
    try (ProgressBar progress = ProgressBar.of(files.size(), into != null);
        FileWriters writers = new FileWriters()) {
      Batch.run(
          files,
          Math.max(1, jobs),
          file -> compile(file, resolver, finished),
          result -> {
            progress.step(String.valueOf(result.file.getFileName()), result.messages);
            bad[0] |= !result.ok;
            Path target = into == null ? null : target(into, result.file);
            if (!result.ok) {
              // Said already.
            } else if (target == null) {
              System.out.write(result.policy);
            } else if (written.add(target)) {
              writers.write(target, result.policy);
            } else {
              bad[0] = true;
              System.err.println("aa: two files have the name of " + result.file);
            }
            return true;
          });
      bad[0] |= !writers.finish();
    }
    System.out.flush();
    return bad[0] ? 1 : 0;
  }

  private Result compile(Path file, Resolver resolver, PolicyCompiler compiler) {
    try {
      Compilation compiled = compiler.compile(resolver.resolve(ProfileParser.parse(Aa.read(file))));
      StringBuilder messages = new StringBuilder();
      for (Diagnostic diagnostic : compiled.diagnostics()) {
        if (warn || diagnostic.isError()) {
          messages.append(diagnostic.render());
        }
      }
      boolean ok = compiled.isOk();
      byte[] policy = ok ? compiled.orThrow().toBytes() : new byte[0];
      return new Result(file, policy, messages.toString(), ok);
    } catch (IOException e) {
      return Result.failed(file, "can't be read: " + Aa.reason(e));
    } catch (PolicyTooComplexException e) {
      return Result.failed(file, String.valueOf(e.getMessage()));
    }
  }

  private static Path target(Path directory, Path file) {
    return directory.resolve(file.getFileName() + ".bin");
  }
}
