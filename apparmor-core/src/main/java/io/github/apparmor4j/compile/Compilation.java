package io.github.apparmor4j.compile;

import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The result of compiling a file: its profiles and diagnostics. Immutable and thread-safe.
 *
 * <pre>{@code
 * Compilation compilation = KernelRelease.LINUX_6_12.compiler().compile(file);
 * compilation.diagnostics().forEach(diagnostic -> System.err.println(diagnostic.render()));
 * if (compilation.isOk()) {
 *   byte[] policy = compilation.orThrow().toBytes();
 * }
 * }</pre>
 */
public final class Compilation {

  private final List<CompiledProfile> profiles;
  private final List<Diagnostic> diagnostics;
  private final @Nullable StateExplosion explosion;
  private final CompiledPolicy policy;

  Compilation(
      List<CompiledProfile> profiles,
      List<Diagnostic> diagnostics,
      @Nullable StateExplosion explosion) {
    this.profiles = List.copyOf(profiles);
    this.diagnostics = List.copyOf(diagnostics);
    this.explosion = explosion;
    this.policy = new CompiledPolicy(this.profiles.stream().map(CompiledProfile::binary).toList());
  }

  /**
   * Returns the compilation of a text that was not compiled or could not be read; it has no
   * profiles.
   */
  public static Compilation nothing(List<Diagnostic> diagnostics) {
    return new Compilation(List.of(), diagnostics, null);
  }

  /** A profile in all its forms. Immutable and thread-safe. */
  public static final class CompiledProfile {
    private final ResolvedProfile source;
    private final List<EncodedRule> rules;
    private final KernelProfile binary;

    CompiledProfile(ResolvedProfile source, List<EncodedRule> rules, KernelProfile binary) {
      this.source = source;
      this.rules = List.copyOf(rules);
      this.binary = binary;
    }

    /** Returns the resolved profile, whose rules know their places in the text. */
    public ResolvedProfile source() {
      return source;
    }

    /** Returns the rules as the kernel understands them. */
    List<EncodedRule> rules() {
      return rules;
    }

    /** Returns the binary form, which the kernel gets. */
    public KernelProfile binary() {
      return binary;
    }

    /**
     * Returns the rules that decided what a table says about a string. For each permission these
     * are the allowing rules if it is allowed, otherwise the denying ones; there are none for a
     * permission that no rule is about. Within each permission they are in the order of the text.
     *
     * @param files {@code true} for the file table, {@code false} for the policy table
     * @param string a path, or for the policy table the class byte and the fields
     * @param permissions bits of the table's accept word ({@link AcceptBits})
     */
    public List<ResolvedRule> deciding(boolean files, byte[] string, int permissions) {
      EncodedRule.Table table = files ? EncodedRule.Table.FILE : EncodedRule.Table.POLICY;
      List<EncodedRule> matching =
          rules.stream()
              .filter(rule -> rule.table() == table && rule.regex().matches(string))
              .toList();
      Set<ResolvedRule> deciding = new LinkedHashSet<>();
      for (int bit = Integer.MIN_VALUE; bit != 0; bit >>>= 1) {
        if ((permissions & bit) != 0) {
          for (EncodedRule rule : Arbitration.deciding(matching, bit, files)) {
            if (rule.origin() != null) {
              deciding.add(rule.origin());
            }
          }
        }
      }
      return List.copyOf(deciding);
    }

    @Override
    public String toString() {
      return source.profile().toString();
    }
  }

  /**
   * A profile whose automaton would be larger than the limits allow, or than a kernel's tables can
   * be.
   *
   * @param profile name of the profile
   * @param limit the limit that was reached
   * @param rules rules that make states multiply, the worst first. They match strings that begin
   *     alike and differ later, as {@code /**} before different names does: for each of them the
   *     automaton must remember how much of it has matched.
   */
  public record StateExplosion(String profile, long limit, List<ResolvedRule> rules) {
    /** Copies the list. */
    public StateExplosion {
      rules = List.copyOf(rules);
    }
  }

  /**
   * Returns the profiles that could be compiled, in the order in which they are loaded: parents
   * before their children. If there were errors, some may be missing.
   */
  public List<CompiledProfile> profiles() {
    return profiles;
  }

  /** Returns the diagnostics of parsing, resolving and compiling. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /**
   * Returns the profile that was too complex, if there was one; compiling ended with it. The
   * diagnostic {@code AA-COMPILE-0005} reports it, too.
   */
  public Optional<StateExplosion> explosion() {
    return Optional.ofNullable(explosion);
  }

  /** Returns a copy of this with more diagnostics, such as those of a check. */
  public Compilation with(List<Diagnostic> more) {
    List<Diagnostic> all = new ArrayList<>(diagnostics);
    all.addAll(more);
    return new Compilation(profiles, all, explosion);
  }

  /** Returns whether there is no error. */
  public boolean isOk() {
    return diagnostics.stream().noneMatch(Diagnostic::isError);
  }

  /** Returns the profile with a name, given as the kernel shows it, or nothing if there is none. */
  public Optional<CompiledProfile> profile(String name) {
    return profiles.stream().filter(p -> p.binary().qualifiedName().equals(name)).findFirst();
  }

  /**
   * Returns the policy.
   *
   * @throws DiagnosticException with all diagnostics, if one of them is an error
   */
  public CompiledPolicy orThrow() {
    if (!isOk()) {
      throw new DiagnosticException(diagnostics);
    }
    return policy;
  }
}
