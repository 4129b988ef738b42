package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.aa.Aa;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.Failures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code aa parser}: takes the options of {@code apparmor_parser}, for scripts that call it. */
@Command(
    name = "parser",
    description = "Does what apparmor_parser does with the same options.",
    exitCodeOnInvalidInput = 1)
public final class AaParser implements Callable<Integer> {

  /** A source of the kernel that policy is for. */
  @FunctionalInterface
  public interface KernelSource {
    /** Opens the kernel. */
    AppArmorKernel open() throws KernelException;
  }

  private static final Set<String> ACTIONS = Set.of("-a", "-r", "-R", "-N", "-S", "-o", "-p");

  private final KernelSource kernels;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ParserOptions options = new ParserOptions();

  /** Creates the command for the running kernel; called by picocli. */
  public AaParser() {
    this(SecurityFsKernel::open);
  }

  /** Creates the command for a kernel. */
  public AaParser(KernelSource kernels) {
    this.kernels = kernels;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      return done();
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      System.err.println("aa parser: " + Failures.describe(e));
      return 1;
    }
  }

  private int done() throws IOException, InterruptedException {
    if (options.version) {
      // containerd and Podman read three numbers in the last word of the first line.
      System.out.println("AppArmor parser version 5.0.2\nby aa " + Aa.version());
      return 0;
    }
    if (options.help != null) {
      return help(options.help);
    }
    if (spec.commandLine().getParseResult().matchedOptions().stream()
            .filter(option -> ACTIONS.contains(option.shortestName()))
            .count()
        > 1) {
      System.err.println("aa parser: Too many actions given on the command line.");
      return 1;
    }
    for (ParserKinds kinds :
        List.of(options.warned, options.fatal, options.dumped, options.optimized)) {
      if (kinds.areShown()) {
        System.out.println(kinds);
        return 0;
      }
    }
    if (options.warned.contains("config") && !Files.isReadable(options.configuration)) {
      String message = "config file '" + options.configuration + "' not found";
      System.err.print(messages().warning("config", "stdin", "line 1", message));
      if (options.fatal.contains("config")) {
        return 1;
      }
    }
    if (options.printConfiguration) {
      System.out.println(options.configuration);
    }
    boolean loads = !options.skipKernel && options.loads();
    AppArmorKernel kernel = null;
    try {
      kernel = kernels.open();
    } catch (KernelException e) {
      if (loads && !options.printCache) {
        System.err.println(
            "Warning: unable to find a suitable fs in /proc/mounts, is it mounted?\n"
                + "AppArmor: "
                + SecurityFsKernel.availability());
        return 1;
      }
    }
    if (options.purgeCache && !purged()) {
      return 1;
    }
    Features given = given();
    Features enforced = enforced(given, kernel);
    if (options.printCache) {
      System.out.println(options.cache.resolve("%08x.0".formatted(enforced.toText().hashCode())));
      return 0;
    }
    Features assumed =
        options.policyFeatures == null
            ? given
            : features("policy-features", options.policyFeatures);
    return run(compiler(enforced, assumed), assumed != null, loads ? kernel : null);
  }

  private ParserMessages messages() {
    return new ParserMessages(options.warned, options.fatal);
  }

  private int help(String option) {
    switch (option) {
      case "" -> spec.commandLine().usage(System.out);
      case "warn" -> System.out.print(options.warned.help());
      case "Werror" -> System.out.print(options.fatal.help());
      case "dump", "Dump" -> System.out.print(options.dumped.help());
      case "optimize", "Optimize" -> System.out.print(options.optimized.help());
      default -> {
        System.err.println("aa parser: Invalid --help option " + option);
        return 1;
      }
    }
    return 0;
  }

  /** Empties the directory of caches; returns whether it could. */
  private boolean purged() {
    try (Stream<Path> found = Files.walk(options.cache)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(options.cache)) {
          Files.delete(path);
        }
      }
      return true;
    } catch (IOException | UncheckedIOException e) {
      System.err.println(
          "Failed to clear cache files (" + options.cache + "): " + Failures.reason(e));
      return false;
    }
  }

  /**
   * Returns the features that options give for kernel and policy; {@code null} if they give none.
   */
  private @Nullable Features given() throws IOException {
    return options.featuresText != null
        ? Features.parse(options.featuresText)
        : options.features == null ? null : features("features", options.features);
  }

  private Features enforced(@Nullable Features given, @Nullable AppArmorKernel kernel)
      throws IOException {
    if (options.kernelFeatures != null) {
      return features("kernel features", options.kernelFeatures);
    }
    return given != null ? given : kernel != null ? kernel.features() : Features.LINUX_6_12;
  }

  /** Returns the compiler, {@code assumed} being the features of policy without an abi rule. */
  private PolicyCompiler compiler(Features enforced, @Nullable Features assumed)
      throws IOException {
    PolicyCompiler.Builder compiler =
        PolicyCompiler.builder(enforced)
            .defaultAbi(assumed == null ? Features.DEFAULT_ABI : assumed);
    if (options.policyAbi != null) {
      compiler.policyAbi(features("policy-features", options.policyAbi));
    }
    return compiler.build();
  }

  private static Features features(String what, Path file) throws IOException {
    try {
      return Aa.features(file);
    } catch (IOException e) {
      throw new IOException(
          "Failed to load " + what + " from '" + file + "': " + Failures.reason(e), e);
    }
  }

  private int run(PolicyCompiler compiler, boolean given, @Nullable AppArmorKernel kernel)
      throws IOException, InterruptedException {
    List<ParserWork.Input> inputs = new ArrayList<>();
    int[] status = {0};
    for (Path path : options.paths) {
      if (Files.isDirectory(path)) {
        ProfileDirectory.files(path).forEach(file -> inputs.add(new ParserWork.Input(path, file)));
      } else if (!Files.exists(path)) {
        System.err.println("File " + path + " not found, skipping...");
        status[0] = 2;
      } else {
        inputs.add(new ParserWork.Input(path, path));
      }
    }
    if (options.paths.isEmpty()) {
      inputs.add(new ParserWork.Input(null, null));
    }
    OutputFile file = options.out == null ? null : OutputFile.of(options.out);
    ParserResults results = new ParserResults(options, kernel, file);
    ParserWork work = new ParserWork(options, compiler, given);
    BatchCompiler.inOrder(
        inputs,
        options.threads(),
        work::of,
        result -> {
          System.err.print(result.messages());
          ParserResults.print(result.text());
          boolean ok = result.ok() && results.take(result);
          status[0] = ok ? status[0] : 1;
          return ok || !options.abortOnError;
        });
    if (file != null) {
      file.finish();
    }
    System.out.flush();
    return status[0];
  }
}
