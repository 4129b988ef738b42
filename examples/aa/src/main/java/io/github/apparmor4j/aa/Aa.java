package io.github.apparmor4j.aa;

import io.github.apparmor4j.aa.parser.AaParser;
import io.github.apparmor4j.aa.parser.ParserArguments;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    mixinStandardHelpOptions = true)
public final class Aa {

  /** The commands, in the order of the help. */
  static final Map<String, Class<?>> COMMANDS = commands();

  private Aa() {}

  private static Map<String, Class<?>> commands() {
    Map<String, Class<?>> commands = new LinkedHashMap<>();
    commands.put("check", AaCheck.class);
    commands.put("fmt", AaFormat.class);
    commands.put("compile", AaCompile.class);
    commands.put("parser", AaParser.class);
    commands.put("decide", AaDecide.class);
    commands.put("ask", AaAsk.class);
    commands.put("diff", AaDiff.class);
    commands.put("assert", AaAssert.class);
    commands.put("coverage", AaCoverage.class);
    commands.put("events", AaEvents.class);
    commands.put("docker", AaDocker.class);
    commands.put("containerd", AaContainerd.class);
    commands.put("kube", AaKube.class);
    commands.put("agent", AaAgent.class);
    commands.put("enabled", AaKernel.Enabled.class);
    commands.put("load", AaKernel.Load.class);
    commands.put("replace", AaKernel.Replace.class);
    commands.put("remove", AaKernel.Remove.class);
    commands.put("status", AaKernel.Status.class);
    commands.put("exec", AaKernel.Exec.class);
    commands.put("unconfined", AaKernel.Unconfined.class);
    commands.put("enforce", AaStore.Enforce.class);
    commands.put("complain", AaStore.Complain.class);
    commands.put("kill", AaStore.Kill.class);
    commands.put("audit", AaStore.Audit.class);
    commands.put("disable", AaStore.Disable.class);
    commands.put("remove-unknown", AaStore.RemoveUnknown.class);
    return commands;
  }

  /**
   * Returns the command line. A command that the arguments begin with is its only one: to read the
   * options of all would take most of the time of a short run.
   */
  private static CommandLine commandLine(String... arguments) {
    CommandLine commandLine = new CommandLine(new Aa());
    String first = arguments.length == 0 ? "" : arguments[0];
    COMMANDS.forEach(
        (name, type) -> {
          if (name.equals(first) || !COMMANDS.containsKey(first)) {
            commandLine.addSubcommand(name, type);
          }
        });
    return commandLine.setCaseInsensitiveEnumValuesAllowed(true);
  }

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

    @Option(
        names = "--semantics",
        paramLabel = "RELEASE",
        description = "what rules mean where releases of AppArmor differ: 5.0 or 6.0; default: 6.0")
    private String release = "6.0";

    /** Returns these options with other features or semantics, where they are not {@code null}. */
    Options with(@Nullable Path otherFeatures, @Nullable String otherRelease) {
      Options options = new Options();
      options.base = base;
      options.include = include;
      options.features = otherFeatures == null ? features : otherFeatures;
      options.release = otherRelease == null ? release : otherRelease;
      return options;
    }

    IncludeResolver includes() {
      List<Path> directories = new ArrayList<>(include);
      directories.add(base == null ? Path.of("/etc/apparmor.d") : base);
      return IncludeResolver.directories(directories.toArray(Path[]::new));
    }

    Resolver resolver() {
      return Resolver.of(includes(), semantics());
    }

    private Semantics semantics() {
      return switch (release) {
        case "5.0" -> Semantics.APPARMOR_5_0;
        case "6.0" -> Semantics.APPARMOR_6_0;
        default ->
            throw new IllegalArgumentException("--semantics is 5.0 or 6.0, not '" + release + "'");
      };
    }

    /** Returns a builder of a compiler for a kernel, which takes rules as options say. */
    PolicyCompiler.Builder compiler(Features kernel) {
      return PolicyCompiler.builder(kernel).semantics(semantics());
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
    CommandLine commandLine = commandLine(arguments);
    commandLine.setErr(Terminal.errors());
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          if (exception instanceof DiagnosticException found) {
            return AaDocker.problems(found);
          } else if (exception instanceof IOException
              || exception instanceof TooComplexException
              || exception instanceof UncheckedIOException
              || exception instanceof IllegalArgumentException) {
            Terminal.problem("aa: " + Failures.describe(exception));
            return command.getCommandSpec().exitCodeOnInvalidInput();
          }
          throw exception;
        });
    boolean parses = arguments.length > 0 && arguments[0].equals("parser");
    CommandLine parser = parses ? commandLine.getSubcommands().get("parser") : null;
    try {
      if (parser != null) {
        ParserArguments.asGetoptDoes(parser);
        return commandLine.execute(ParserArguments.configured(parser, arguments));
      }
      return commandLine.execute(arguments);
    } catch (IOException e) {
      Terminal.problem("aa: " + Failures.describe(e));
      return 2;
    }
  }
}
