package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.TooComplexException;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.RlimitRule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compiles for one kernel. Immutable and thread-safe; the same profiles and features give the same
 * bytes, whatever the order of rules.
 */
public final class PolicyCompiler {

  private final Features kernel;
  private final @Nullable Features policyAbi;

  private PolicyCompiler(Features kernel, @Nullable Features policyAbi) {
    this.kernel = kernel;
    this.policyAbi = policyAbi;
  }

  /**
   * Returns a compiler for a kernel of some features. A policy without an {@code abi} rule counts
   * as written for that kernel, as with {@code apparmor_parser --kernel-features}; {@link
   * #withPolicyAbi} with {@link Features#DEFAULT_ABI} gives what a loading {@code apparmor_parser}
   * assumes instead.
   */
  public static PolicyCompiler forKernel(Features kernel) {
    return new PolicyCompiler(Objects.requireNonNull(kernel, "kernel"), null);
  }

  /**
   * Returns a compiler that takes policies to be written for an ABI, whatever their {@code abi}
   * rules say.
   */
  public PolicyCompiler withPolicyAbi(Features abi) {
    return new PolicyCompiler(kernel, Objects.requireNonNull(abi, "abi"));
  }

  /**
   * Compiles a file that was built; it may include nothing.
   *
   * @throws io.github.apparmor4j.source.DiagnosticException if it has errors
   * @throws PolicyTooComplexException if a profile is too complex
   */
  public CompiledPolicy compile(ProfileFile file) {
    return compile(Resolver.of(IncludeResolver.none()).resolve(file)).orThrow();
  }

  /**
   * Compiles resolved profiles. Errors are in the result, with those of the resolution; a profile
   * that has one is left out.
   *
   * @throws PolicyTooComplexException if a profile is too complex
   */
  public Compilation compile(Resolution resolution) {
    Features abi =
        policyAbi != null ? policyAbi : Objects.requireNonNullElse(resolution.abi(), kernel);
    Mediation mediation = new Mediation(kernel, abi);
    List<Diagnostic> diagnostics = new ArrayList<>(resolution.diagnostics());
    List<Compilation.CompiledProfile> compiled = new ArrayList<>();
    List<ResolvedProfile> sorted = new ArrayList<>(resolution.profiles());
    sorted.sort(
        Comparator.comparing((ResolvedProfile p) -> p.namespace() == null ? "" : p.namespace())
            .thenComparing(ResolvedProfile::name));
    if (resolution.isOk()) {
      sorted.forEach(profile -> compile(profile, mediation, compiled, diagnostics));
    }
    return new Compilation(compiled, diagnostics);
  }

  private void compile(
      ResolvedProfile profile,
      Mediation mediation,
      List<Compilation.CompiledProfile> to,
      List<Diagnostic> diagnostics) {
    try {
      Encoder encoder = new Encoder(profile, mediation);
      encoder.encodeAll();
      diagnostics.addAll(encoder.diagnostics);
      if (encoder.transitions.names().size() > Transitions.MAX) {
        diagnostics.add(
            Diagnostic.error(
                "AA-COMPILE-0003",
                profile.place(),
                encoder.transitions.names().size()
                    + " named exec transitions; a profile can have "
                    + Transitions.MAX));
      } else if (encoder.diagnostics.isEmpty()) {
        to.add(new Compilation.CompiledProfile(profile, encoder.rules, binary(profile, encoder)));
      }
    } catch (GlobSyntaxException e) {
      diagnostics.add(
          Diagnostic.error("AA-COMPILE-0001", profile.place(), String.valueOf(e.getMessage())));
    } catch (TableBuilder.ConflictException e) {
      ResolvedRule first = e.first.origin();
      ResolvedRule second = e.second.origin();
      SourcePlace place = second == null ? profile.place() : second.place();
      diagnostics.add(
          Diagnostic.error(
              "AA-COMPILE-0002",
              place,
              "conflicting exec modifiers: '"
                  + (second == null ? "" : second.rule())
                  + "' and '"
                  + (first == null ? "" : first.rule())
                  + "' at line "
                  + (first == null ? 0 : first.place().line())));
    } catch (TooComplexException e) {
      throw new PolicyTooComplexException(
          "profile " + profile.name() + ": " + e.getMessage(), e.limit());
    }
    List<ResolvedProfile> children = new ArrayList<>(profile.children());
    children.sort(Comparator.comparing(ResolvedProfile::localName));
    children.forEach(child -> compile(child, mediation, to, diagnostics));
  }

  private static KernelProfile binary(ResolvedProfile profile, Encoder encoder)
      throws TableBuilder.ConflictException {
    Mediation mediation = encoder.mediation;
    return new KernelProfile(
        mediation.version(),
        profile.namespace(),
        profile.name(),
        Attachments.of(profile, mediation),
        Behaviors.of(profile, mediation),
        CapabilityWords.of(profile, mediation),
        mediation.has("domain/identity") ? profile.profile().identities() : null,
        limits(profile),
        mediation.hasSocketArrays() ? encoder.sockets.toSockets() : null,
        TableBuilder.build(EncodedRule.Table.POLICY, encoder.rules, mediation),
        TableBuilder.build(EncodedRule.Table.FILE, encoder.rules, mediation),
        encoder.transitions.names());
  }

  private static Map<Integer, Long> limits(ResolvedProfile profile) {
    Map<Integer, Long> limits = new TreeMap<>();
    for (ResolvedRule resolved : profile.rules()) {
      if (resolved.rule() instanceof RlimitRule rule) {
        limits.put(rule.resource().number(), rule.kernelValue());
      }
    }
    return limits;
  }
}
