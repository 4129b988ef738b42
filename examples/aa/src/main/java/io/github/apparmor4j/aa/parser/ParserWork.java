package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
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
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The work on each input: it is read and compiled, and messages about it are collected. Used by
 * several threads.
 */
final class ParserWork {

  private static final String UNDEFINED = "AA-RESOLVE-0004";

  /**
   * A text or a binary policy to work on, and the argument that led to it; null for standard input.
   */
  record Input(@Nullable Path argument, @Nullable Path file) {}

  /** What became of an input. */
  record Result(boolean ok, String messages, String text, List<Named> profiles, byte[] bytes) {

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
   * @param name its name in the kernel
   * @param local its name in its text
   * @param child whether it is the child of another
   */
  record Named(String name, String local, boolean child) {}

  private final ParserOptions options;
  private final ParserMessages say;
  private final IncludeResolver texts;
  private final Resolver resolver;
  private final PolicyCompiler compiler;

  /** Whether options give the features of a policy without an abi rule. */
  private final boolean given;

  ParserWork(ParserOptions options, PolicyCompiler compiler, boolean given) {
    this.options = options;
    this.compiler = compiler;
    this.given = given;
    this.say = new ParserMessages(options.warned, options.fatal);
    List<Path> directories = new ArrayList<>(options.includes);
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
    byte[] bytes = input.file == null ? System.in.readAllBytes() : Files.readAllBytes(input.file);
    try {
      List<KernelProfile> profiles = PolicyReader.read(bytes, PolicyReader.Kernel.LINUX_7_2);
      List<Named> found =
          profiles.stream()
              .map(profile -> new Named(profile.qualifiedName(), profile.name(), false))
              .toList();
      return new Result(true, "", "", found, bytes);
    } catch (PolicyFormatException e) {
      if (options.skipKernel || !options.loads()) {
        return new Result(true, "", "", List.of(), bytes); // nothing reads it
      }
      return failed(input, String.valueOf(e.getMessage()));
    }
  }

  private Result compiled(Input input) throws IOException {
    Path file = input.file;
    SourceText text =
        file == null
            ? SourceText.of("stdin", SourceText.decode(System.in.readAllBytes()))
            : SourceText.read(file);
    String name = file == null ? "" : String.valueOf(file.getFileName());
    Path disabled = options.base.resolve("disable").resolve(name);
    if (file != null && Files.isReadable(disabled)) {
      return Result.nothing(
          true, "Skipping profile in " + disabled.getParent() + ": " + name + "\n");
    }
    ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
    StringBuilder expanded = new StringBuilder();
    IOException missing = null;
    if (options.preprocess) {
      try {
        Preprocessor.preprocess(parsed, texts, expanded);
      } catch (IOException e) {
        missing = e;
      }
    }
    Resolution resolution = resolver.resolve(parsed);
    List<Diagnostic> diagnostics = resolution.diagnostics();
    byte[] policy = new byte[0];
    if (!options.names && !options.preprocess && !options.remove) {
      Compilation compilation = compiler.compile(resolution);
      diagnostics = compilation.diagnostics();
      policy = compilation.isOk() ? changed(compilation.orThrow(), name).toBytes() : policy;
    }
    boolean ok = true;
    StringBuilder messages = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      if ((options.names || options.preprocess) && diagnostic.code().equals(UNDEFINED)) {
        continue; // these options expand no rules
      }
      ok &= !diagnostic.isError();
      String kind = ParserMessages.kind(diagnostic);
      if (diagnostic.isError()) {
        messages.append(ParserMessages.error(input.argument, diagnostic, text));
      } else {
        ok &= !options.fatal.contains(kind);
        SourcePlace place = diagnostic.place();
        String where = place.source().name() + " line " + place.line();
        messages.append(say.warning(kind, text.name(), where, diagnostic.message()));
      }
    }
    if (resolution.abi() == null && policy.length != 0 && !given && options.policyAbi == null) {
      String message =
          "no abi rule; compiled for the features that apparmor_parser takes by default";
      messages.append(say.warning("abi", text.name(), text.name() + " line 1", message));
      ok &= !(options.fatal.contains("abi") && options.warned.contains("abi"));
    }
    if (missing != null && ok) {
      ok = false;
      messages.append(ParserMessages.error(input.argument, file, 1, Failures.describe(missing)));
    }
    return new Result(ok, messages.toString(), expanded.toString(), named(resolution), policy);
  }

  /**
   * Returns a policy changed as -n, -C and force-complain/ ask for; {@code name} is that of its
   * file.
   */
  private CompiledPolicy changed(CompiledPolicy policy, String name) {
    Path forced = options.base.resolve("force-complain").resolve(name);
    boolean complains = options.complain || (!name.isEmpty() && Files.isReadable(forced));
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
