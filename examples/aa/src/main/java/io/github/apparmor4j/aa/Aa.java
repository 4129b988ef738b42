package io.github.apparmor4j.aa;

import io.github.apparmor4j.aa.parser.AaParser;
import io.github.apparmor4j.aa.parser.ParserArguments;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code aa}: checks, formats, compiles and questions AppArmor profiles. */
@Command(
    name = "aa",
    description = "Checks, formats, compiles and questions AppArmor profiles.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AaCheck.class,
      AaFormat.class,
      AaCompile.class,
      AaParser.class,
      AaDecide.class,
      AaDocker.class,
      AaContainerd.class,
      AaKube.class,
      AaAgent.class,
      AaKernel.Enabled.class,
      AaKernel.Load.class,
      AaKernel.Replace.class,
      AaKernel.Remove.class,
      AaKernel.Status.class,
      AaKernel.Exec.class,
      AaKernel.Unconfined.class,
      AaStore.Enforce.class,
      AaStore.Complain.class,
      AaStore.Kill.class,
      AaStore.Audit.class,
      AaStore.Disable.class,
      AaStore.RemoveUnknown.class
    })
public final class Aa {

  private Aa() {}

  /** Returns the version of the jar; "dev" outside of one. */
  public static String version() {
    String version = Aa.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /** The options for where included files are searched, and for which kernel policy is compiled. */
  static final class Options {
    @Option(
        names = {"-b", "--base"},
        paramLabel = "DIR",
        description = "base directory of includes")
    @Nullable Path base;

    @Option(
        names = {"-I", "--include"},
        paramLabel = "DIR",
        description = "searched before the base")
    List<Path> include = new ArrayList<>();

    @Option(
        names = "--features",
        paramLabel = "PATH",
        description =
            "the kernel's features: a release (6.1, 6.12, 7.2, ubuntu-24.04), a file or a"
                + " directory; default: 6.12")
    @Nullable Path features;

    IncludeResolver includes() {
      List<Path> directories = new ArrayList<>(include);
      directories.add(base == null ? Path.of("/etc/apparmor.d") : base);
      return IncludeResolver.directories(directories.toArray(Path[]::new));
    }

    Resolver resolver() {
      return Resolver.of(includes());
    }

    Features kernel() throws IOException {
      return features == null ? Features.LINUX_6_12 : Aa.features(features);
    }
  }

  /** Reads features: those of a release, a directory as the kernel has it, or a file. */
  public static Features features(Path path) throws IOException {
    Optional<KernelRelease> release = KernelRelease.named(path.toString());
    if (release.isPresent()) {
      return release.get().features();
    }
    return Files.isDirectory(path)
        ? Features.readDirectory(path)
        : Features.parse(read(path).text());
  }

  static SourceText read(Path file) throws IOException {
    return SourceText.read(file);
  }

  /** Replaces a file's text by an edited one, as {@link #replace} does; returns the exit status. */
  static int edit(Path file, UnaryOperator<SourceText> edit) throws IOException {
    SourceText text = read(file);
    try {
      replace(file, text, edit.apply(text).text());
      return 0;
    } catch (DiagnosticException e) {
      return AaDocker.problems(e);
    }
  }

  /** Replaces a file's text as a whole; a symbolic link to the file stays. */
  static void replace(Path file, SourceText before, String after) throws IOException {
    byte[] expected = SourceText.encode(before.text());
    if (!AtomicFiles.replace(file.toRealPath(), expected, SourceText.encode(after))) {
      throw new FileSystemException(
          file.toString(), null, "somebody else has changed it since it was read");
    }
  }

  /** Runs the tool and ends the JVM with its status. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /**
   * Runs the tool; returns 0 for success, 1 for problems in a file, 2 for a wrong call or if a file
   * or the kernel can't be read or written.
   */
  static int run(String... arguments) {
    CommandLine commandLine = new CommandLine(new Aa()).setCaseInsensitiveEnumValuesAllowed(true);
    ParserArguments.asGetoptDoes(
        Objects.requireNonNull(commandLine.getSubcommands().get("parser")));
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          if (exception instanceof IOException
              || exception instanceof UncheckedIOException
              || exception instanceof IllegalArgumentException) {
            command.getErr().println("aa: " + Failures.describe(exception));
            return command.getCommandSpec().exitCodeOnInvalidInput();
          }
          throw exception;
        });
    try {
      return commandLine.execute(ParserArguments.configured(arguments));
    } catch (IOException e) {
      System.err.println("aa: " + Failures.describe(e));
      return 2;
    }
  }
}
