package io.github.apparmor4j.kernel;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.PolicyFiles.Read;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The policies that the files of a directory should have loaded: the policy of a file's text or,
 * while the text is not valid, the file's policy that was loaded last. Each text is compiled once.
 * Not thread-safe.
 */
final class WantedPolicies {

  /** What a text was compiled to; the policy is {@code null} if the text has errors. */
  private record Compiled(
      String text, @Nullable CompiledPolicy policy, List<Diagnostic> found, String problem) {}

  private final Function<SourceText, Compilation> compiler;
  private final Map<String, Compiled> compiled = new HashMap<>();
  private final Map<String, CompiledPolicy> lastGood = new TreeMap<>();
  private final Map<String, String> invalid = new HashMap<>();

  WantedPolicies(Function<SourceText, Compilation> compiler) {
    this.compiler = compiler;
  }

  /** Returns a function that compiles for a kernel, with includes from directories. */
  static Function<SourceText, Compilation> compiler(Features features, List<Path> includes) {
    PolicyCompiler compiler = PolicyCompiler.forKernel(features);
    Path[] directories = includes.toArray(Path[]::new);
    return text -> {
      // A new one each time, as a resolver keeps what it has read.
      IncludeResolver resolver =
          directories.length == 0 ? IncludeResolver.none() : IncludeResolver.within(directories);
      return compiler.compile(text, resolver);
    };
  }

  /**
   * Returns the policy that each file should have loaded. There is none for a file that has no
   * valid text and of which none was loaded before, nor for one with a profile that a file before
   * it has.
   *
   * @param read all files of the directory
   */
  Map<String, CompiledPolicy> wanted(Map<String, Read> read) {
    compiled.keySet().retainAll(read.keySet());
    lastGood.keySet().retainAll(read.keySet());
    invalid.clear();
    Map<String, CompiledPolicy> wanted = new TreeMap<>();
    Map<String, String> claims = new HashMap<>();
    read.forEach(
        (name, file) -> {
          SourceText text = file.text();
          Compiled result = text == null ? null : compiled(name, text);
          CompiledPolicy policy = result == null ? null : result.policy();
          if (policy == null) {
            invalid.put(name, result == null ? file.problem() : result.problem());
            policy = lastGood.get(name);
          }
          if (policy == null) {
            return;
          }
          for (String profile : LoadedPolicies.names(policy)) {
            String other = claims.putIfAbsent(profile, name);
            if (other != null) {
              invalid.putIfAbsent(name, "profile " + profile + " is in " + other + ", too");
              return;
            }
          }
          wanted.put(name, policy);
        });
    return wanted;
  }

  private Compiled compiled(String name, SourceText text) {
    Compiled before = compiled.get(name);
    if (before == null || !before.text().equals(text.text())) {
      compiled.remove(name);
      try {
        before = compile(text);
      } catch (Throwable e) {
        Failures.passOnFatal(e);
        // Not kept, so that it is tried again at the next look.
        return new Compiled(text.text(), null, List.of(), Failures.text(e));
      }
      compiled.put(name, before);
    }
    return before;
  }

  private Compiled compile(SourceText text) {
    Compilation compilation = compiler.apply(text);
    List<Diagnostic> found = compilation.diagnostics();
    List<Diagnostic> errors = Diagnostic.errors(found);
    if (compilation.isOk() && !compilation.profiles().isEmpty()) {
      return new Compiled(text.text(), compilation.orThrow(), found, "");
    }
    return new Compiled(
        text.text(),
        null,
        found,
        errors.isEmpty() ? "it has no profile" : shown(errors.get(0), text));
  }

  /** Returns an error without what it quotes, if that is of another text than the file's own. */
  private static String shown(Diagnostic error, SourceText own) {
    SourcePlace place = error.place();
    return place.source().equals(own)
        ? error.toString()
        : place.source().name()
            + ":"
            + place.line()
            + ": "
            + error.kind().meaning()
            + " ["
            + error.code()
            + "]";
  }

  /** Records that a file's policy is loaded. */
  void loaded(String name, CompiledPolicy policy) {
    lastGood.put(name, policy);
  }

  /** Returns a view of the policies that were loaded last, by file. */
  Map<String, CompiledPolicy> lastGood() {
    return Collections.unmodifiableMap(lastGood);
  }

  /** Returns why a file's text can't be enforced; {@code null} if it can, as far as is known. */
  @Nullable String problem(String name) {
    return invalid.get(name);
  }

  /** Returns what was found in a file's text. */
  List<Diagnostic> diagnostics(String name) {
    Compiled result = compiled.get(name);
    return result == null ? List.of() : result.found();
  }

  /** Returns the sorted names of the profiles that were loaded last for a file. */
  List<String> profiles(String name) {
    CompiledPolicy policy = lastGood.get(name);
    return policy == null ? List.of() : List.copyOf(LoadedPolicies.names(policy));
  }

  /**
   * Returns the names of all profiles that are in a file, loaded or not, or were loaded last for
   * one.
   */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    lastGood.values().forEach(policy -> names.addAll(LoadedPolicies.names(policy)));
    for (Compiled each : compiled.values()) {
      if (each.policy() != null) {
        names.addAll(LoadedPolicies.names(each.policy()));
      }
    }
    return names;
  }
}
