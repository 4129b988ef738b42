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

/** What compiling a file gave: profiles, and what there is to say of it. Immutable. */
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

  /** Returns the compilation of a text that was not compiled, or could not be read. */
  public static Compilation nothing(List<Diagnostic> diagnostics) {
    return new Compilation(List.of(), diagnostics, null);
  }

  /** A profile in all its forms. Immutable. */
  public static final class CompiledProfile {
    private final ResolvedProfile source;
    private final List<EncodedRule> rules;
    private final KernelProfile binary;

    CompiledProfile(ResolvedProfile source, List<EncodedRule> rules, KernelProfile binary) {
      this.source = source;
      this.rules = List.copyOf(rules);
      this.binary = binary;
    }

    /** Returns the profile with rules that know their places. */
    public ResolvedProfile source() {
      return source;
    }

    /** Returns the rules in the kernel's terms. */
    List<EncodedRule> rules() {
      return rules;
    }

    /** Returns what the kernel gets. */
    public KernelProfile binary() {
      return binary;
    }

    /**
     * Returns the rules that decided what a table says of a string, in the order of the text: of
     * each permission those that allow it if it is allowed, and those that deny it otherwise. A
     * permission of which no rule speaks has none.
     *
     * @param files whether the string is one of the table of files, or of the policy table
     * @param string class and fields, or a path
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
   * A profile whose automaton would be larger than the limits allow, or than a kernel's tables.
   *
   * @param profile its name
   * @param limit the number that was passed
   * @param rules those that make states multiply, the worst first. They match strings that begin
   *     alike and differ later, as {@code /**} before different names does: the automaton must
   *     remember for each of them how far it is.
   */
  public record StateExplosion(String profile, long limit, List<ResolvedRule> rules) {
    /** Copies the list. */
    public StateExplosion {
      rules = List.copyOf(rules);
    }
  }

  /**
   * Returns the profiles that could be compiled, parents before children, in the order that they
   * are loaded.
   */
  public List<CompiledProfile> profiles() {
    return profiles;
  }

  /** Returns the diagnostics of parsing, resolving and compiling. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /**
   * Returns the profile that was too complex, with which compiling ended; diagnostic {@code
   * AA-COMPILE-0005} says so, too.
   */
  public Optional<StateExplosion> explosion() {
    return Optional.ofNullable(explosion);
  }

  /** Returns this with more diagnostics, as of a check. */
  public Compilation with(List<Diagnostic> more) {
    List<Diagnostic> all = new ArrayList<>(diagnostics);
    all.addAll(more);
    return new Compilation(profiles, all, explosion);
  }

  /** Returns whether there is no error. */
  public boolean isOk() {
    return diagnostics.stream().noneMatch(Diagnostic::isError);
  }

  /** Returns the profile of a name, as the kernel shows it. */
  public Optional<CompiledProfile> profile(String name) {
    return profiles.stream().filter(p -> p.binary().qualifiedName().equals(name)).findFirst();
  }

  /**
   * Returns the policy if there was no error.
   *
   * @throws DiagnosticException with all diagnostics otherwise
   */
  public CompiledPolicy orThrow() {
    if (!isOk()) {
      throw new DiagnosticException(diagnostics);
    }
    return policy;
  }
}
