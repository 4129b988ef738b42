package io.github.apparmor4j.aa;

import io.github.apparmor4j.check.ProfileChecks;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.Resolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The files that a command works on. They are found, read, resolved, compiled and checked here, for
 * every command.
 */
final class Sources {

  /** How far texts are worked on. */
  enum Depth {
    PARSED,
    COMPILED,
    CHECKED
  }

  @Mixin Aa.Options options = new Aa.Options();

  @Option(names = "-j", paramLabel = "N", description = "files at once; default: the processors")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "files, or directories of them")
  private List<Path> paths = new ArrayList<>();

  /** Returns the files that were given; of directories, their files of profiles. */
  List<Path> files() throws IOException {
    return files(paths);
  }

  /** Returns the files of some paths; of directories, their files of profiles. */
  static List<Path> files(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(ProfileDirectory.files(path));
      } else {
        files.add(path);
      }
    }
    return files;
  }

  /** Returns a compiler that works on the files in several threads, and goes on if one fails. */
  BatchCompiler batch(PolicyCompiler compiler, Features kernel, Depth depth) {
    Resolver resolver = options.resolver();
    return BatchCompiler.of(
            text -> {
              ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
              if (depth == Depth.PARSED) {
                return Compilation.nothing(parsed.diagnostics());
              }
              Resolution resolution = resolver.resolve(parsed);
              Compilation compilation = compiler.compile(resolution);
              return depth == Depth.CHECKED
                  ? compilation.with(ProfileChecks.run(resolution, kernel))
                  : compilation;
            })
        .withThreads(Math.max(1, jobs));
  }
}
