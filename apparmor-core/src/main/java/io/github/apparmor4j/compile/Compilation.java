package io.github.apparmor4j.compile;

import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import java.util.List;
import java.util.Optional;

/**
 * What compiling a file gave.
 *
 * @param profiles those that could be compiled, parents before children, in the order that they are
 *     loaded
 * @param diagnostics of parsing, resolving and compiling
 */
public record Compilation(List<CompiledProfile> profiles, List<Diagnostic> diagnostics) {

  /**
   * A profile in all its forms.
   *
   * @param source with rules that know their places
   * @param rules encoded, for explanations
   * @param binary what the kernel gets
   */
  public record CompiledProfile(
      ResolvedProfile source, List<EncodedRule> rules, KernelProfile binary) {

    /** Copies the list. */
    public CompiledProfile {
      rules = List.copyOf(rules);
    }
  }

  /** Copies the lists. */
  public Compilation {
    profiles = List.copyOf(profiles);
    diagnostics = List.copyOf(diagnostics);
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
    return new CompiledPolicy(profiles.stream().map(CompiledProfile::binary).toList());
  }
}
