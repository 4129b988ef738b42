package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.PolicyCache;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Preprocessor;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The work on each input: it is read and compiled, and messages about it are collected. Used by
 * several threads.
 */
final class ParserWork {

  /** How many bytes of one file's tables are kept in memory. */
  private static final long TABLES = 64 << 20;

  private static final String UNDEFINED = "AA-RESOLVE-0004";

  /**
   * A text or a binary policy to work on, and the argument that led to it; null for standard input.
   */
  record Input(@Nullable Path argument, @Nullable Path file) {}

  /**
   * What became of an input.
   *
   * @param cached the file of the cache that the binary policy is from; {@code null} if it was
   *     compiled
   */
  record Result(
      boolean ok,
      String messages,
      String text,
      List<Named> profiles,
      byte[] bytes,
      @Nullable Path cached) {

    static Result nothing(boolean ok, String messages) {
      return new Result(ok, messages, "", List.of(), new byte[0], null);
    }

    static Result binary(List<Named> profiles, byte[] bytes) {
      return new Result(true, "", "", profiles, bytes, null);
    }

    static Result failed(String messages) {
      return nothing(false, messages);
    }
  }

  /**
   * A profile.
   *
   * @param name its name in the kernel
   * @param local its name in its text
   * @param child whether it is the child of another
   */
  record Named(String name, String local, boolean child) {

    static Set<String> names(List<Named> profiles) {
      return profiles.stream().map(Named::name).collect(Collectors.toSet());
    }
  }

  private final ParserOptions options;
  private final List<Path> directories;
  private final IncludeResolver texts;
  private final Resolver resolver;
  private final PolicyCompiler compiler;

  /** Whether options give the features of a policy without an abi rule. */
  private final boolean given;

  private final ParserCache cache;

  ParserWork(ParserOptions options, PolicyCompiler compiler, boolean given, ParserCache cache) {
    this.options = options;
    this.compiler = compiler;
    this.given = given;
    this.cache = cache;
    this.directories = new ArrayList<>(options.includes);
    directories.add(options.base);
    IncludeResolver searched = IncludeResolver.directories(directories.toArray(Path[]::new));
    IncludeResolver current = IncludeResolver.directories(Path.of(""), List.of());
    this.texts = (path, search) -> (search ? searched : current).find(path, search);
    this.resolver = Resolver.of(texts);
  }

  /** Works on an input; a failure becomes a message in the result. */
  Result of(Input input) {
    try {
      return options.binary ? precompiled(input) : compiled(input);
    } catch (IOException e) {
      return failed(input, Failures.describe(e));
    } catch (RuntimeException | StackOverflowError e) {
      return failed(input, "aa failed: " + e); // and goes on with the other inputs
    }
  }

  private static Result failed(Input input, String message) {
    return Result.failed(ParserMessages.error(input.argument, input.file, 1, message));
  }

  private Result precompiled(Input input) throws IOException {
    byte[] bytes =
        input.file == null
            ? System.in.readAllBytes()
            : BoundedFiles.read(input.file, BoundedFiles.inHeap(256 << 20));
    try {
      List<KernelProfile> profiles = PolicyReader.read(bytes, PolicyReader.Kernel.LINUX_7_2);
      List<Named> found =
          profiles.stream()
              .map(profile -> new Named(profile.qualifiedName(), profile.name(), false))
              .toList();
      return Result.binary(found, bytes);
    } catch (PolicyFormatException e) {
      if (options.skipKernel || !options.loads()) {
        return Result.binary(List.of(), bytes); // nothing reads it
      }
      return failed(input, String.valueOf(e.getMessage()));
    }
  }

  private Result compiled(Input input) throws IOException {
    Path file = input.file;
    String name = file == null ? "" : String.valueOf(file.getFileName());
    Path disabled = options.base.resolve("disable").resolve(name);
    if (file != null && Files.isReadable(disabled)) {
      return Result.nothing(
          true, "Skipping profile in " + disabled.getParent() + ": " + name + "\n");
    }
    // The time first: what is changed after it is younger than what is read.
    FileTime time = file == null ? ParserCache.NEVER : Files.getLastModifiedTime(file);
    IncludeTimes times = new IncludeTimes(texts, directories, time);
    SourceText text = file == null ? SourceText.read("stdin", System.in) : SourceText.read(file);
    InputMessages messages = new InputMessages(options, input.argument, text);
    boolean complains = options.complain;
    Path forced = options.base.resolve("force-complain").resolve(name);
    if (file != null && !options.remove && Files.isReadable(forced)) {
      messages.say(
          "Warning: found " + name + " in " + forced.getParent() + ", forcing complain mode\n");
      complains = true;
    }
    ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
    Resolution resolution = resolver.withIncludes(times).resolve(parsed);
    List<Named> profiles = named(resolution);
    String uncached = uncached(name, complains, messages);
    Optional<PolicyCache.Entry> kept =
        uncached != null || !resolution.isOk()
            ? Optional.empty()
            : cache.find(name, times.youngest(), Named.names(profiles));
    if (options.showCache && resolution.isOk()) {
      messages.say(
          kept.map(entry -> "Cache hit: " + entry.file()).orElse("Cache miss: " + text.name())
              + "\n");
    }
    byte[] policy = kept.map(PolicyCache.Entry::policy).orElse(new byte[0]);
    List<Diagnostic> diagnostics = resolution.diagnostics();
    if (options.compiles() && kept.isEmpty()) {
      Compilation compilation = compiler(messages).compile(resolution);
      diagnostics = compilation.diagnostics();
      if (compilation.isOk()) {
        policy = changed(compilation.orThrow(), complains).toBytes();
      }
    }
    parsed.model().profiles().forEach(profile -> messages.deprecate(profile, parsed));
    diagnostics.stream().filter(this::matters).forEach(messages::add);
    boolean says = resolution.abi() != null || resolution.forKernel();
    if (!says && policy.length != 0 && !given && options.policyAbi == null) {
      messages.warn(
          "abi", 1, "no abi rule; compiled for the features that apparmor_parser takes by default");
    }
    if (options.compiles() && options.writeCache && kept.isEmpty() && messages.isOk()) {
      if (uncached == null) {
        keep(name, policy, times.youngest(), messages);
      } else if (!uncached.isEmpty()) {
        messages.warn(ParserCache.KIND, text.line(text.text().length()), uncached);
      }
    }
    String expanded = options.preprocess ? expanded(parsed, messages) : "";
    return new Result(
        messages.isOk(),
        messages.toString(),
        expanded,
        profiles,
        policy,
        kept.map(PolicyCache.Entry::file).orElse(null));
  }

  /** Returns a text with what it includes, up to what can't be included. */
  private String expanded(ParseResult<ProfileFile> parsed, InputMessages messages) {
    StringBuilder expanded = new StringBuilder();
    try {
      Preprocessor.preprocess(parsed, texts, expanded);
    } catch (IOException e) {
      if (messages.isOk()) { // otherwise it has been said
        messages.fail(Failures.describe(e));
      }
    }
    return expanded.toString();
  }

  /**
   * Returns why a text has no place in the cache, to be said if it should be written; empty if
   * nothing is said, {@code null} if it has a place.
   */
  private @Nullable String uncached(String name, boolean complains, InputMessages messages) {
    if (complains) {
      return "Caching disabled for: '" + name + "' due to force complain";
    } else if (options.skipCache) {
      return "Failed to create cache: " + name;
    } else if (name.isEmpty() && options.writeCache && options.compiles()) {
      messages.warnOf(
          "stdin",
          ParserCache.KIND,
          "aa parser: cannot use or update cache, disable, or force-complain via stdin");
      return "";
    }
    // A file has one place in the cache, whatever namespace its profiles are put into. A name with
    // a dot before it is that of the cache's own files, or of one that package managers left.
    return name.isEmpty() || name.startsWith(".") || options.namespace != null ? "" : null;
  }

  /** Returns the compiler for an input, which may find the tables of profiles in a directory. */
  private PolicyCompiler compiler(InputMessages messages) {
    if (options.tables == null) {
      return compiler;
    }
    TableCache tables = TableCache.inMemory(TABLES).withDirectory(options.tables);
    long[] missed = {0};
    return compiler
        .withCache(tables)
        .withListener(
            (profile, done, total, states) -> {
              boolean hit = tables.misses() == missed[0];
              missed[0] = tables.misses();
              if (options.showTables) {
                messages.say("DFA cache " + (hit ? "hit" : "miss") + ": " + profile + "\n");
              }
            });
  }

  private void keep(String name, byte[] policy, FileTime youngest, InputMessages messages) {
    try {
      Optional<Path> written = cache.write(name, policy, youngest);
      if (options.showCache && written.isPresent()) {
        messages.say("Wrote cache: " + written.get() + "\n");
      }
    } catch (IOException e) {
      messages.warn(
          ParserCache.KIND, 1, "Failed to create cache: " + name + ": " + Failures.describe(e));
    }
  }

  /** Returns whether a diagnostic is about what options ask for: some expand no rules. */
  private boolean matters(Diagnostic diagnostic) {
    return !(options.names || options.preprocess) || !diagnostic.code().equals(UNDEFINED);
  }

  /** Returns a policy as options want it. */
  private CompiledPolicy changed(CompiledPolicy policy, boolean complains) {
    CompiledPolicy placed =
        options.namespace == null ? policy : policy.inNamespace(options.namespace);
    return complains ? placed.complaining() : placed;
  }

  /** Returns the profiles, sorted by name, with children after their parents. */
  private List<Named> named(Resolution resolution) {
    List<Named> named = new ArrayList<>();
    for (ResolvedProfile profile : resolution.allProfiles()) {
      String space = options.namespace == null ? profile.namespace() : options.namespace;
      String name = space == null ? profile.name() : ":" + space + ":" + profile.name();
      boolean child = !resolution.profiles().contains(profile);
      named.add(new Named(name, profile.localName(), child));
    }
    named.sort(Comparator.comparing(ParserWork::order));
    return named;
  }

  /**
   * Returns a key for sorting: it puts a profile after its parent and before profiles that are no
   * children of that parent.
   */
  static String order(Named profile) {
    return profile.name.replace("//", "\0");
  }
}
