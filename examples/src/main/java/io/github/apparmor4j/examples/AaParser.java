package io.github.apparmor4j.examples;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.PolicyTooComplexException;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Preprocessor;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code aa parser}: takes the options of {@code apparmor_parser}, for scripts that call it.
 *
 * <p>Options that tell {@code apparmor_parser} how to compile or where to cache are taken and have
 * no effect.
 */
@Command(
    name = "parser",
    description = "Does what apparmor_parser does with the same options.",
    exitCodeOnInvalidInput = 1)
final class AaParser implements Callable<Integer> {

  /** The kernel that policy is for. */
  @FunctionalInterface
  interface KernelSource {
    /** Opens it. */
    AppArmorKernel open() throws KernelException;
  }

  private static final Path CONFIGURATION = Path.of("/etc/apparmor/parser.conf");

  /** The reference's names of what we warn of. */
  private static final Map<String, String> WARNING_OF_CODE =
      Map.of(
          "AA-COMPILE-0006", "rule-not-enforced",
          "AA-COMPILE-0007", "rule-downgraded",
          "AA-RESOLVE-0007", "abi",
          "AA-RESOLVE-0014", "rule-not-enforced");

  private static final String UNDEFINED = "AA-RESOLVE-0004";

  private static final String UNCLOSED = "AA-PARSE-0008";

  /** What -d takes; without an argument it is the empty one. */
  private static final Set<String> DEBUGGED = Set.of("", "jobs");

  private static final Set<String> ACTIONS = Set.of("-a", "-r", "-R", "-N", "-S", "-o", "-p");

  private final KernelSource kernels;

  private final ParserKinds warned =
      new ParserKinds(
          "warn", ParserKinds.WARNINGS, "config", "cache", "jobs", "unexpected", "override");
  private final ParserKinds fatal = new ParserKinds("Werror", ParserKinds.WARNINGS);
  private final ParserKinds dumped = new ParserKinds("Dump", ParserKinds.DUMPS);
  private final ParserKinds optimized = new ParserKinds("Optimize", ParserKinds.OPTIMIZATIONS);

  @Spec private CommandSpec spec = CommandSpec.create();

  // ---- what to do

  @Option(
      names = {"-a", "--add"},
      description = "load (default)")
  private boolean unusedAdd;

  @Option(
      names = {"-r", "--replace"},
      description = "load or replace")
  private boolean replace;

  @Option(
      names = {"-R", "--remove"},
      description = "remove")
  private boolean remove;

  @Option(
      names = {"-N", "--names"},
      description = "print the names of profiles")
  private boolean names;

  @Option(
      names = {"-S", "--stdout"},
      description = "write binary policy to standard output")
  private boolean stdout;

  @Option(
      names = {"-o", "--ofile"},
      paramLabel = "FILE",
      description = "write binary policy to a file")
  private @Nullable Path out;

  @Option(
      names = {"-p", "--preprocess"},
      description = "print the text with what it includes")
  private boolean preprocess;

  @Option(
      names = {"-V", "--version"},
      description = "print the version")
  private boolean version;

  @Option(names = "-h", usageHelp = true, description = "print this")
  private boolean unusedHelp;

  @Option(
      names = "--help",
      paramLabel = "OPTION",
      description = "print this, or what warn, Werror, dump or optimize take")
  private @Nullable String help;

  @Option(names = "--print-cache-dir", description = "print where a cache would be")
  private boolean printCache;

  @Option(names = "--print-config", description = "print the path of the configuration file")
  private boolean printConfiguration;

  // ---- how

  @Option(
      names = {"-C", "--Complain"},
      description = "only log what isn't allowed")
  private boolean complain;

  @Option(
      names = {"-B", "--binary"},
      description = "files are binary policy")
  private boolean binary;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "put profiles into a namespace")
  private @Nullable String namespace;

  @Option(
      names = {"-Q", "--skip-kernel-load"},
      description = "load nothing")
  private boolean skipKernel;

  @Option(
      names = {"-b", "--base"},
      paramLabel = "DIR",
      description = "base directory of includes; default: /etc/apparmor.d")
  private Path base = Path.of("/etc/apparmor.d");

  @Option(
      names = {"-I", "--Include"},
      paramLabel = "DIR",
      description = "searched for includes")
  private List<Path> includes = new ArrayList<>();

  @Option(
      names = {"-M", "--features-file"},
      paramLabel = "FILE",
      description = "features of kernel and policy")
  private @Nullable Path features;

  @Option(
      names = {"-m", "--match-string"},
      paramLabel = "TEXT",
      description = "features of kernel and policy, as text")
  private @Nullable String featuresText;

  @Option(names = "--kernel-features", paramLabel = "FILE", description = "features of the kernel")
  private @Nullable Path kernelFeatures;

  @Option(
      names = "--policy-features",
      paramLabel = "FILE",
      description = "features of policy without an abi rule")
  private @Nullable Path policyFeatures;

  @Option(
      names = "--override-policy-abi",
      paramLabel = "FILE",
      description = "features of policy, whatever its abi rules say")
  private @Nullable Path policyAbi;

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description = "files at once: a number, xN for each processor, or auto")
  private String jobs = "auto";

  @Option(names = "--max-jobs", paramLabel = "N", description = "no more than so many")
  private String maxJobs = "x8";

  @Option(names = "--abort-on-error", description = "stop at the first file with an error")
  private boolean abortOnError;

  private void set(ParserKinds kinds, String kind) {
    try {
      kinds.set(kind);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), "aa parser: " + message);
  }

  // Of these the last one counts, kind by kind: picocli calls them in their order.

  @Option(
      names = {"-q", "--quiet"},
      description = "no warnings")
  void quiet(boolean ignored) {
    // The reference has looked for its configuration before it sees this.
    boolean config = warned.contains("config");
    warned.set("no-all");
    warned.set(config ? "config" : "no-config");
  }

  @Option(names = "--warn", paramLabel = "KIND", description = "show warnings of a kind, or all")
  void warn(String kind) {
    set(warned, kind);
  }

  @Option(
      names = "--Werror",
      paramLabel = "KIND",
      description = "warnings of a kind, or all, are errors")
  void fail(String kind) {
    set(fatal, kind);
  }

  @Option(
      names = {"-v", "--verbose"},
      description = "print the names of profiles that are loaded")
  private boolean verbose;

  @Option(
      names = "--config-file",
      paramLabel = "FILE",
      description = "long options, one a line; default: /etc/apparmor/parser.conf")
  private Path configuration = CONFIGURATION;

  // ---- accepted, without effect

  @Option(
      names = {
        "-K",
        "--skip-cache",
        "-T",
        "--skip-read-cache",
        "-W",
        "--write-cache",
        "-k",
        "--show-cache",
        "--skip-bad-cache",
        "--skip-bad-cache-rebuild",
        "--debug-cache",
        "-X",
        "--readimpliesX"
      },
      description = "no effect: there is no cache of policy")
  private boolean unusedCache;

  @Option(
      names = {"-D", "--dump", "--Dump"},
      paramLabel = "WHAT",
      description = "no effect")
  void dump(String kind) {
    set(dumped, kind);
  }

  @Option(
      names = {"-O", "--Optimize", "--optimize"},
      paramLabel = "WHAT",
      description = "no effect")
  void optimize(String kind) {
    set(optimized, kind);
  }

  @Option(
      names = {"-d", "--debug"},
      paramLabel = "WHAT",
      description = "no effect")
  void debug(String what) {
    if (!DEBUGGED.contains(what)) {
      throw refused("Invalid --debug option '" + what + "'");
    }
  }

  @Option(
      names = {"-c", "--zstd-compress-level"},
      paramLabel = "LEVEL",
      description = "no effect")
  void compress(String level) {
    if (!level.matches("none|default|fast|small|\\d+")) {
      throw refused(
          "Invalid compression level '" + level + "'. Use none, default, fast, small, or 0-22");
    }
  }

  @Option(
      names = {"-f", "--subdomainfs"},
      paramLabel = "DIR",
      description = "no effect")
  private @Nullable Path unusedFileSystem;

  // ---- a cache that is not ours

  @Option(
      names = {"-L", "--cache-loc"},
      paramLabel = "DIR",
      description = "where apparmor_parser's caches are; default: /var/cache/apparmor")
  private Path cache = Path.of("/var/cache/apparmor");

  @Option(names = "--purge-cache", description = "remove apparmor_parser's caches")
  private boolean purgeCache;

  /** What options say of policy without an abi rule. */
  private @Nullable Features assumed;

  @Parameters(paramLabel = "FILE", description = "files and directories; default: standard input")
  private List<Path> paths = new ArrayList<>();

  /** For picocli: the running kernel. */
  AaParser() {
    this(SecurityFsKernel::open);
  }

  AaParser(KernelSource kernels) {
    this.kernels = kernels;
  }

  /**
   * Returns a command line with the options of the configuration file before its own.
   *
   * @param arguments {@code parser} and its arguments, or those of another command
   */
  static String[] configured(String... arguments) throws IOException {
    if (arguments.length == 0 || !arguments[0].equals("parser")) {
      return arguments;
    }
    Path file = CONFIGURATION;
    for (int i = 1; i < arguments.length; i++) {
      if (arguments[i].startsWith("--config-file=")) {
        file = Path.of(arguments[i].substring("--config-file=".length()));
      } else if (arguments[i].equals("--config-file") && i + 1 < arguments.length) {
        file = Path.of(arguments[i + 1]);
      }
    }
    List<String> all = new ArrayList<>(List.of(arguments));
    // These take an argument only after "=".
    all.replaceAll(
        argument ->
            switch (argument) {
              case "--Werror" -> "--Werror=all";
              case "-d", "--debug" -> "--debug=";
              case "--help" -> "--help=";
              case "-" -> "./-"; // no option, nor standard input
              case "-c", "--zstd-compress-level" -> "--zstd-compress-level=10";
              default -> argument;
            });
    if (Files.isReadable(file)) {
      Set<String> known = new CommandLine(new AaParser()).getCommandSpec().optionsMap().keySet();
      List<String> options = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        String[] option = line.strip().split("=|\\s+", 2);
        if (known.contains("--" + option[0])) {
          options.add("--" + String.join("=", option));
        } else if (!option[0].isEmpty() && !option[0].startsWith("#")) {
          System.err.println("aa parser: " + file + ": unknown option " + option[0]);
        }
      }
      all.addAll(1, options);
    }
    return all.toArray(new String[0]);
  }

  /** Has options taken as getopt takes them: repeated, the last one counting, and abbreviated. */
  static CommandLine asGetoptDoes(CommandLine parser) {
    return parser.setOverwrittenOptionsAllowed(true).setAbbreviatedOptionsAllowed(true);
  }

  // ---- a run

  /** A text or a binary to work on, and the argument that led to it; null for standard input. */
  private record Input(@Nullable Path argument, @Nullable Path file) {}

  /** What became of an input. */
  private record Result(
      boolean ok, String messages, String text, List<Named> profiles, byte[] bytes) {

    static Result nothing(boolean ok, String messages) {
      return new Result(ok, messages, "", List.of(), new byte[0]);
    }

    static Result failed(String messages) {
      return nothing(false, messages);
    }
  }

  /**
   * A profile.
   *
   * @param name as the kernel has it
   * @param local as its text has it
   * @param child whether it goes with another
   */
  private record Named(String name, String local, boolean child) {}

  @Override
  public Integer call() throws InterruptedException {
    try {
      return done();
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("aa parser: " + Aa.describe(e));
      return 1;
    }
  }

  private int done() throws IOException, InterruptedException {
    if (version) {
      // containerd and Podman take the last word of the first line for three numbers.
      System.out.println("AppArmor parser version 5.0.2\nby aa " + Aa.version());
      return 0;
    }
    if (help != null) {
      return help(help);
    }
    if (spec.commandLine().getParseResult().matchedOptions().stream()
            .filter(option -> ACTIONS.contains(option.shortestName()))
            .count()
        > 1) {
      System.err.println("aa parser: Too many actions given on the command line.");
      return 1;
    }
    for (ParserKinds kinds : List.of(warned, fatal, dumped, optimized)) {
      if (kinds.areShown()) {
        System.out.println(kinds);
        return 0;
      }
    }
    if (warned.contains("config") && !Files.isReadable(configuration)) {
      String message = "config file '" + configuration + "' not found";
      System.err.print(warning("config", "stdin", "line 1", message));
      if (fatal.contains("config")) {
        return 1;
      }
    }
    if (printConfiguration) {
      System.out.println(configuration);
    }
    boolean loads = !skipKernel && loads();
    AppArmorKernel kernel = null;
    try {
      kernel = kernels.open();
    } catch (KernelException e) {
      if (loads && !printCache) {
        System.err.println(
            "Warning: unable to find a suitable fs in /proc/mounts, is it mounted?\n"
                + "AppArmor: "
                + SecurityFsKernel.availability());
        return 1;
      }
    }
    if (purgeCache && !purged()) {
      return 1;
    }
    Features given = given();
    Features enforced = enforced(given, kernel);
    if (printCache) {
      System.out.println(cache.resolve("%08x.0".formatted(enforced.toText().hashCode())));
      return 0;
    }
    assumed = policyFeatures == null ? given : features("policy-features", policyFeatures);
    return run(compiler(enforced), loads ? kernel : null);
  }

  private boolean loads() {
    return !(names || stdout || out != null || preprocess);
  }

  private int help(String option) {
    switch (option) {
      case "" -> spec.commandLine().usage(System.out);
      case "warn" -> System.out.print(warned.help());
      case "Werror" -> System.out.print(fatal.help());
      case "dump", "Dump" -> System.out.print(dumped.help());
      case "optimize", "Optimize" -> System.out.print(optimized.help());
      default -> {
        System.err.println("aa parser: Invalid --help option " + option);
        return 1;
      }
    }
    return 0;
  }

  /** Removes what is in the directory of caches. */
  private boolean purged() {
    try (Stream<Path> found = Files.walk(cache)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(cache)) {
          Files.delete(path);
        }
      }
      return true;
    } catch (IOException | UncheckedIOException e) {
      System.err.println("Failed to clear cache files (" + cache + "): " + Aa.reason(e));
      return false;
    }
  }

  /** Returns the features that options give for kernel and policy. */
  private @Nullable Features given() throws IOException {
    return featuresText != null
        ? Features.parse(featuresText)
        : features == null ? null : features("features", features);
  }

  private Features enforced(@Nullable Features given, @Nullable AppArmorKernel kernel)
      throws IOException {
    if (kernelFeatures != null) {
      return features("kernel features", kernelFeatures);
    }
    return given != null ? given : kernel != null ? kernel.features() : Features.LINUX_6_12;
  }

  private PolicyCompiler compiler(Features enforced) throws IOException {
    PolicyCompiler compiler =
        PolicyCompiler.forKernel(enforced)
            .withDefaultAbi(assumed == null ? Features.DEFAULT_ABI : assumed);
    return policyAbi == null
        ? compiler
        : compiler.withPolicyAbi(features("policy-features", policyAbi));
  }

  private static Features features(String what, Path file) throws IOException {
    try {
      return Aa.features(file);
    } catch (IOException e) {
      throw new IOException("Failed to load " + what + " from '" + file + "': " + Aa.reason(e), e);
    }
  }

  private int run(PolicyCompiler compiler, @Nullable AppArmorKernel kernel)
      throws IOException, InterruptedException {
    List<Path> directories = new ArrayList<>(includes);
    directories.add(base);
    IncludeResolver searched = IncludeResolver.directories(directories.toArray(Path[]::new));
    IncludeResolver current = IncludeResolver.directories(Path.of(""), List.of());
    IncludeResolver texts = (path, search) -> (search ? searched : current).find(path, search);
    Resolver resolver = Resolver.of(texts);
    List<Input> inputs = new ArrayList<>();
    int[] status = {0};
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        ProfileDirectory.files(path).forEach(file -> inputs.add(new Input(path, file)));
      } else if (!Files.exists(path)) {
        System.err.println("File " + path + " not found, skipping...");
        status[0] = 2;
      } else {
        inputs.add(new Input(path, path));
      }
    }
    if (paths.isEmpty()) {
      inputs.add(new Input(null, null));
    }
    Function<Input, Result> work =
        input -> {
          try {
            return binary ? precompiled(input) : compiled(input, texts, resolver, compiler);
          } catch (IOException e) {
            return Result.failed(error(input.argument, input.file, 1, Aa.describe(e)));
          }
        };
    OutputFile file = out == null ? null : OutputFile.of(out);
    Batch.run(
        inputs,
        jobs(),
        work,
        result -> {
          System.err.print(result.messages);
          print(result.text);
          boolean ok = result.ok && act(result, kernel, file);
          status[0] = ok ? status[0] : 1;
          return ok || !abortOnError;
        });
    if (file != null) {
      file.finish();
    }
    System.out.flush();
    return status[0];
  }

  private int jobs() {
    return Math.max(1, Math.min(number("-j", jobs), number("max-jobs", maxJobs)));
  }

  private static int number(String option, String text) {
    int processors = Runtime.getRuntime().availableProcessors();
    try {
      return text.equals("auto")
          ? processors
          : text.startsWith("x")
              ? Math.multiplyExact(processors, Integer.parseInt(text.substring(1)))
              : Integer.parseInt(text);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException("Invalid option " + option + "=" + text, e);
    }
  }

  // ---- one input

  private Result precompiled(Input input) throws IOException {
    byte[] bytes = input.file == null ? System.in.readAllBytes() : Files.readAllBytes(input.file);
    try {
      List<KernelProfile> profiles = PolicyReader.read(bytes, PolicyReader.Kernel.LINUX_7_2);
      List<Named> found =
          profiles.stream()
              .map(profile -> new Named(profile.qualifiedName(), profile.name(), false))
              .toList();
      return new Result(true, "", "", found, bytes);
    } catch (PolicyFormatException e) {
      if (skipKernel || !loads()) {
        return new Result(true, "", "", List.of(), bytes); // nobody looks at it
      }
      return Result.failed(error(input.argument, input.file, 1, String.valueOf(e.getMessage())));
    }
  }

  private Result compiled(
      Input input, IncludeResolver texts, Resolver resolver, PolicyCompiler compiler)
      throws IOException {
    Path file = input.file;
    SourceText text =
        file == null
            ? SourceText.of("stdin", SourceText.decode(System.in.readAllBytes()))
            : Aa.read(file);
    String name = file == null ? "" : String.valueOf(file.getFileName());
    Path disabled = base.resolve("disable").resolve(name);
    if (file != null && Files.isReadable(disabled)) {
      return Result.nothing(
          true, "Skipping profile in " + disabled.getParent() + ": " + name + "\n");
    }
    ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
    StringBuilder expanded = new StringBuilder();
    IOException missing = null;
    if (preprocess) {
      try {
        Preprocessor.preprocess(parsed, texts, expanded);
      } catch (IOException e) {
        missing = e;
      }
    }
    Resolution resolution = resolver.resolve(parsed);
    List<Diagnostic> diagnostics = resolution.diagnostics();
    byte[] policy = new byte[0];
    if (!names && !preprocess && !remove) {
      try {
        Compilation compilation = compiler.compile(resolution);
        diagnostics = compilation.diagnostics();
        policy = compilation.isOk() ? changed(compilation.orThrow(), name).toBytes() : policy;
      } catch (PolicyTooComplexException e) {
        return Result.failed(error(input.argument, file, 1, String.valueOf(e.getMessage())));
      }
    }
    boolean ok = true;
    StringBuilder messages = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      if ((names || preprocess) && diagnostic.code().equals(UNDEFINED)) {
        continue; // these expand no rules
      }
      ok &= !diagnostic.isError();
      String kind = WARNING_OF_CODE.getOrDefault(diagnostic.code(), "dev");
      if (diagnostic.isError()) {
        messages.append(error(input.argument, diagnostic, text));
      } else {
        ok &= !fatal.contains(kind);
        SourcePlace place = diagnostic.place();
        String where = place.source().name() + " line " + place.line();
        messages.append(warning(kind, text.name(), where, diagnostic.message()));
      }
    }
    if (resolution.abi() == null && policy.length != 0 && assumed == null && policyAbi == null) {
      String message = "no abi rule; the default of a parser is taken";
      messages.append(warning("abi", text.name(), text.name() + " line 1", message));
      ok &= !(fatal.contains("abi") && warned.contains("abi"));
    }
    if (missing != null && ok) {
      ok = false;
      messages.append(error(input.argument, file, 1, Aa.describe(missing)));
    }
    return new Result(ok, messages.toString(), expanded.toString(), named(resolution), policy);
  }

  /** Returns a policy as -n and -C want it; {@code name} is that of its file. */
  private CompiledPolicy changed(CompiledPolicy policy, String name) {
    Path forced = base.resolve("force-complain").resolve(name);
    boolean complains = complain || (!name.isEmpty() && Files.isReadable(forced));
    CompiledPolicy placed = namespace == null ? policy : policy.inNamespace(namespace);
    return complains ? placed.complaining() : placed;
  }

  /** Returns the profiles, children after their parents, otherwise by name. */
  private List<Named> named(Resolution resolution) {
    List<Named> named = new ArrayList<>();
    for (ResolvedProfile profile : resolution.allProfiles()) {
      String space = namespace == null ? profile.namespace() : namespace;
      String name = space == null ? profile.name() : ":" + space + ":" + profile.name();
      boolean child = !resolution.profiles().contains(profile);
      named.add(new Named(name, profile.localName(), child));
    }
    named.sort(Comparator.comparing(AaParser::order));
    return named;
  }

  /** Returns what puts a profile after its parent and before what is no child of that. */
  private static String order(Named profile) {
    return profile.name.replace("//", "\0");
  }

  private static String error(@Nullable Path argument, Diagnostic diagnostic, SourceText main) {
    SourceText source = diagnostic.place().source();
    boolean inMain = source.equals(main);
    Path in = argument == null && inMain ? null : Path.of(source.name());
    // The reference says it where it misses it: at the end.
    int line =
        diagnostic.code().equals(UNCLOSED)
            ? source.line(source.text().length())
            : diagnostic.place().line();
    return error(argument, in, line, diagnostic.message());
  }

  private static String error(
      @Nullable Path argument, @Nullable Path file, int line, String message) {
    return "AppArmor parser error"
        + (argument == null ? "" : " for " + argument)
        + (file == null ? "" : " in profile " + file)
        + " at line "
        + line
        + ": "
        + message
        + "\n";
  }

  /** Returns a warning as it is printed; nothing if its kind isn't wanted. */
  private String warning(String kind, String from, String where, String message) {
    String how = fatal.contains(kind) ? "Warning converted to Error" : "Warning";
    return warned.contains(kind)
        ? how + " from " + from + " (" + where + "): " + message + "\n"
        : "";
  }

  // ---- results

  private boolean act(Result result, @Nullable AppArmorKernel kernel, @Nullable OutputFile file)
      throws IOException {
    if (names) {
      for (Named profile : result.profiles) {
        print(profile.name.replaceFirst("^(:[^:]*:)", "$1//") + "\n");
      }
    } else if (preprocess) {
      return true; // its text is shown even if it has errors
    } else if (stdout) {
      System.out.write(result.bytes);
    } else if (file != null) {
      file.add(result.bytes);
    } else {
      return load(result, kernel);
    }
    return true;
  }

  private static void print(String text) {
    System.out.writeBytes(SourceText.encode(text));
  }

  private boolean load(Result result, @Nullable AppArmorKernel kernel) {
    try {
      if (kernel == null || result.profiles.isEmpty()) {
        // Only said.
      } else if (remove) {
        for (Named profile : result.profiles) {
          if (!profile.child) {
            kernel.remove(profile.name);
          }
        }
      } else if (replace) {
        kernel.replace(result.bytes);
      } else {
        kernel.load(result.bytes);
      }
    } catch (KernelException e) {
      System.err.println("aa parser: " + e.getMessage());
      return false;
    }
    if (verbose) {
      String did = remove ? "Removal" : replace ? "Replacement" : "Addition";
      List<Named> inOrder = new ArrayList<>(result.profiles);
      inOrder.sort(Comparator.comparing(profile -> order(profile) + "\1")); // children first
      for (Named profile : inOrder) {
        if (!remove || !profile.child) {
          print(did + " succeeded for \"" + profile.local + "\".\n");
        }
      }
    }
    return true;
  }
}
