package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.kernel.PolicyCache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The options of {@code apparmor_parser}. Those that tell it how to compile are taken and have no
 * effect.
 */
final class ParserOptions {

  /** The file with the options of every run. */
  static final Path CONFIGURATION = Path.of("/etc/apparmor/parser.conf");

  private static final Path CACHE = Path.of("/var/cache/apparmor");

  /** The arguments that -d takes; without one, its argument is empty. */
  private static final Set<String> DEBUGGED = Set.of("", "jobs");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  final ParserKinds warned =
      new ParserKinds(
          "warn", ParserKinds.WARNINGS, "config", "cache", "jobs", "unexpected", "override");
  final ParserKinds fatal = new ParserKinds("Werror", ParserKinds.WARNINGS);
  final ParserKinds dumped = new ParserKinds("Dump", ParserKinds.DUMPS);
  final ParserKinds optimized = new ParserKinds("Optimize", ParserKinds.OPTIMIZATIONS);

  // ---- what to do

  @Option(
      names = {"-a", "--add"},
      description = "load (default)")
  private boolean unusedAdd;

  @Option(
      names = {"-r", "--replace"},
      description = "load or replace")
  boolean replace;

  @Option(
      names = {"-R", "--remove"},
      description = "remove")
  boolean remove;

  @Option(
      names = {"-N", "--names"},
      description = "print the names of profiles")
  boolean names;

  @Option(
      names = {"-S", "--stdout"},
      description = "write binary policy to standard output")
  boolean stdout;

  @Option(
      names = {"-o", "--ofile"},
      paramLabel = "FILE",
      description = "write binary policy to a file")
  @Nullable Path out;

  @Option(
      names = {"-p", "--preprocess"},
      description = "print the text with what it includes")
  boolean preprocess;

  @Option(
      names = {"-V", "--version"},
      description = "print the version")
  boolean version;

  @Option(names = "-h", usageHelp = true, description = "print this")
  private boolean unusedHelp;

  @Option(
      names = "--help",
      paramLabel = "OPTION",
      description = "print this, or what warn, Werror, dump or optimize take")
  @Nullable String help;

  @Option(names = "--print-cache-dir", description = "print where the cache is")
  boolean printCache;

  @Option(names = "--print-config", description = "print the path of the configuration file")
  boolean printConfiguration;

  // ---- how

  @Option(
      names = {"-C", "--Complain"},
      description = "only log what isn't allowed")
  boolean complain;

  @Option(
      names = {"-B", "--binary"},
      description = "files are binary policy")
  boolean binary;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "put profiles into a namespace")
  @Nullable String namespace;

  @Option(
      names = {"-Q", "--skip-kernel-load"},
      description = "load nothing")
  boolean skipKernel;

  @Option(
      names = {"-b", "--base"},
      paramLabel = "DIR",
      description = "base directory of includes; default: /etc/apparmor.d")
  Path base = Path.of("/etc/apparmor.d");

  @Option(
      names = {"-I", "--Include"},
      paramLabel = "DIR",
      description = "searched for includes")
  List<Path> includes = new ArrayList<>();

  @Option(
      names = {"-M", "--features-file"},
      paramLabel = "FILE",
      description = "features of kernel and policy")
  @Nullable Path features;

  @Option(
      names = {"-m", "--match-string"},
      paramLabel = "TEXT",
      description = "features of kernel and policy, as text")
  @Nullable String featuresText;

  @Option(names = "--kernel-features", paramLabel = "FILE", description = "features of the kernel")
  @Nullable Path kernelFeatures;

  @Option(
      names = "--policy-features",
      paramLabel = "FILE",
      description = "features of policy without an abi rule")
  @Nullable Path policyFeatures;

  @Option(
      names = "--override-policy-abi",
      paramLabel = "FILE",
      description = "features of policy, whatever its abi rules say")
  @Nullable Path policyAbi;

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description = "files at once: a number, xN for each processor, or auto")
  String jobs = "auto";

  @Option(names = "--max-jobs", paramLabel = "N", description = "upper limit of -j")
  String maxJobs = "x8";

  @Option(names = "--abort-on-error", description = "stop at the first file with an error")
  boolean abortOnError;

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

  // For each kind, the last of these counts: picocli calls them in the order of the command line.

  @Option(
      names = {"-q", "--quiet"},
      description = "no warnings")
  void quiet(boolean ignored) {
    // The reference has looked for its configuration before it sees this option.
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
  boolean verbose;

  @Option(
      names = "--config-file",
      paramLabel = "FILE",
      description = "long options, one a line; default: /etc/apparmor/parser.conf")
  Path configuration = CONFIGURATION;

  // ---- the cache of policy

  @Option(
      names = {"-K", "--skip-cache"},
      description = "neither read nor write the cache")
  boolean skipCache;

  @Option(
      names = {"-T", "--skip-read-cache"},
      description = "don't read the cache")
  boolean skipReadCache;

  @Option(
      names = {"-W", "--write-cache"},
      description = "write policy to the cache")
  boolean writeCache;

  @Option(
      names = {"-k", "--show-cache"},
      description = "tell what is found in the cache")
  boolean showCache;

  @Option(
      names = {"-L", "--cache-loc"},
      paramLabel = "DIR",
      description =
          "where the cache is: up to four directories, separated by commas, the first of which is"
              + " written to; default: /var/cache/apparmor")
  private String cacheLocations = "";

  @Option(names = "--purge-cache", description = "empty the cache and do nothing else")
  boolean purgeCache;

  @Option(
      names = "--dfa-cache-loc",
      paramLabel = "DIR",
      description = "keeps the tables of profiles there, in a form of aa's own")
  @Nullable Path tables;

  @Option(names = "--show-dfa-cache", description = "tell which profiles' tables are found there")
  boolean showTables;

  // ---- accepted, without effect

  @Option(
      names = {
        "--create-cache-dir",
        "--skip-bad-cache",
        "--skip-bad-cache-rebuild",
        "--debug-cache",
        "-X",
        "--readimpliesX"
      },
      description = "no effect")
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
    debugs = true;
    if (!DEBUGGED.contains(what)) {
      throw refused("Invalid --debug option '" + what + "'");
    }
  }

  boolean debugs;

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

  @Parameters(paramLabel = "FILE", description = "files and directories; default: standard input")
  List<Path> paths = new ArrayList<>();

  /**
   * Returns the locations of the cache.
   *
   * @throws IllegalArgumentException if there are too many
   */
  List<Path> caches() {
    if (cacheLocations.isEmpty()) {
      return List.of(CACHE);
    }
    String[] locations = cacheLocations.split(",");
    if (locations.length > PolicyCache.MAX_LOCATIONS) {
      throw new IllegalArgumentException(
          "Invalid --cacheloc option '" + cacheLocations + "' Argument list too long");
    }
    return Stream.of(locations).map(Path::of).toList();
  }

  /** Returns whether the options ask for binary policy, to load it or to write it. */
  boolean compiles() {
    return !(names || preprocess || remove);
  }

  /** Returns whether the options ask to load, replace or remove profiles. */
  boolean loads() {
    return !(names || stdout || out != null || preprocess);
  }

  /** Returns how many files are worked on at once. */
  int threads() {
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
}
