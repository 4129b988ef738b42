package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.aa.Aa;
import io.github.apparmor4j.aa.Terminal;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.PolicyCache;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
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

  /** The features of the kernel where none is running. */
  private static final Features USUAL = Features.LINUX_6_12;

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
      Terminal.problem("aa parser: " + Failures.describe(e));
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
      Terminal.problem("aa parser: Too many actions given on the command line.");
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
        Terminal.problem(
            "Warning: unable to find a suitable fs in /proc/mounts, is it mounted?\n"
                + "AppArmor: "
                + SecurityFsKernel.availability());
        return 1;
      }
    }
    if (options.purgeCache) {
      return purged() ? 0 : 1;
    }
    Given given = given();
    Given enforced = enforced(given, kernel);
    if (options.printCache) {
      for (Path location : options.caches()) {
        if (Files.exists(location) && !Files.isDirectory(location)) {
          Terminal.problem("Unable to print the cache directory: Not a directory");
          return 1;
        }
        System.out.println(PolicyCache.directory(location, enforced.text()));
      }
      return 0;
    }
    Given assumed =
        options.policyFeatures == null
            ? given
            : features("policy-features", options.policyFeatures);
    ParserCache cache = ParserCache.open(options, enforced.text, messages());
    System.err.print(cache.messages());
    if (!cache.isOk()) {
      return 1;
    }
    PolicyCompiler compiler = compiler(enforced.features, assumed);
    return run(new ParserWork(options, compiler, assumed != null, cache), loads ? kernel : null);
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
        Terminal.problem("aa parser: Invalid --help option " + option);
        return 1;
      }
    }
    return 0;
  }

  /** Empties the first location of the cache; returns whether it could. */
  private boolean purged() {
    Path location = options.caches().get(0);
    try {
      PolicyCache.clear(location);
      return true;
    } catch (IOException | UncheckedIOException e) {
      Terminal.problem("Failed to clear cache files (" + location + "): " + Failures.reason(e));
      return false;
    }
  }

  /**
   * Features, and the text that they were read from: of the same features, another text has another
   * cache.
   */
  private record Given(Features features, String text) {
    static Given of(Features features) {
      return new Given(features, features.toText());
    }
  }

  /**
   * Returns the features that options give for kernel and policy; {@code null} if they give none.
   */
  private @Nullable Given given() throws IOException {
    return options.featuresText != null
        ? new Given(Features.parse(options.featuresText), options.featuresText)
        : options.features == null ? null : features("features", options.features);
  }

  private Given enforced(@Nullable Given given, @Nullable AppArmorKernel kernel)
      throws IOException {
    if (options.kernelFeatures != null) {
      return features("kernel features", options.kernelFeatures);
    }
    return given != null ? given : Given.of(kernel != null ? kernel.features() : USUAL);
  }

  /** Returns the compiler, {@code assumed} being the features of policy without an abi rule. */
  private PolicyCompiler compiler(Features enforced, @Nullable Given assumed) throws IOException {
    PolicyCompiler.Builder compiler =
        PolicyCompiler.builder(enforced)
            .defaultAbi(assumed == null ? Features.DEFAULT_ABI : assumed.features);
    if (options.policyAbi != null) {
      compiler.policyAbi(features("policy-features", options.policyAbi).features);
    }
    return compiler.build();
  }

  private static Given features(String what, Path file) throws IOException {
    try {
      Features features = Aa.features(file);
      return Files.isRegularFile(file)
          ? new Given(features, SourceText.read(file).text())
          : Given.of(features);
    } catch (IOException e) {
      throw new IOException(
          "Failed to load " + what + " from '" + file + "': " + Failures.reason(e), e);
    }
  }

  private int run(ParserWork work, @Nullable AppArmorKernel kernel)
      throws IOException, InterruptedException {
    List<ParserWork.Input> inputs = new ArrayList<>();
    int[] status = {0};
    for (Path path : options.paths) {
      if (Files.isDirectory(path)) {
        ProfileDirectory.files(path).forEach(file -> inputs.add(new ParserWork.Input(path, file)));
        if (ProfileDirectory.danglingLink(path).isPresent()) {
          Terminal.problem("There was an error while loading profiles from " + path);
          status[0] = 2;
        }
      } else if (!Files.exists(path)) {
        Terminal.problem("File " + path + " not found, skipping...");
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
