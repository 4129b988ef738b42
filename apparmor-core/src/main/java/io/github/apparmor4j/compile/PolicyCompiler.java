package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.automaton.TooComplexException;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.RlimitRule;
import io.github.apparmor4j.profile.Rule;
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
    Profile source = profile.profile();
    List<Aare> attached = profile.attachments().stream().map(Aare::path).toList();
    Regex attachment =
        attached.isEmpty() ? null : Regex.choice(attached.stream().map(Aare::regex).toList());
    return new KernelProfile(
        encoder.mediation.version(),
        profile.namespace(),
        profile.name(),
        attachment == null ? null : attachmentDfa(attachment),
        attachment == null ? 0 : AttachmentLength.of(attachment),
        disconnected(profile),
        (source.kind() == Profile.Kind.HAT ? KernelProfile.FLAG_HAT : 0)
            | (source.has(ProfileFlag.Kind.DEBUG) ? KernelProfile.FLAG_DEBUG : 0),
        mode(source),
        source.has(ProfileFlag.Kind.AUDIT),
        pathFlags(source),
        capabilities(profile),
        limits(profile),
        TableBuilder.build(EncodedRule.Table.POLICY, encoder.rules),
        TableBuilder.build(EncodedRule.Table.FILE, encoder.rules),
        encoder.transitions.names());
  }

  private static PolicyDfa attachmentDfa(Regex attachment) throws TableBuilder.ConflictException {
    EncodedRule rule =
        new EncodedRule(EncodedRule.Table.POLICY, attachment, 0, false, 1, 0, true, null);
    PolicyDfa dfa = TableBuilder.build(EncodedRule.Table.POLICY, List.of(rule));
    if (dfa == null || dfa.size() <= Dfa.START) {
      throw new AssertionError("no automaton of " + attachment);
    }
    return dfa;
  }

  private static @Nullable String disconnected(ResolvedProfile profile) {
    String path = profile.disconnectedPath();
    return path == null ? null : path.replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
  }

  private static int mode(Profile profile) {
    if (profile.has(ProfileFlag.Kind.COMPLAIN)) {
      return KernelProfile.MODE_COMPLAIN;
    }
    if (profile.has(ProfileFlag.Kind.KILL)) {
      return KernelProfile.MODE_KILL;
    }
    if (profile.has(ProfileFlag.Kind.PROMPT)) {
      return KernelProfile.MODE_PROMPT;
    }
    return profile.has(ProfileFlag.Kind.UNCONFINED) || profile.has(ProfileFlag.Kind.DEFAULT_ALLOW)
        ? KernelProfile.MODE_UNCONFINED
        : KernelProfile.MODE_ENFORCE;
  }

  private static @Nullable Integer pathFlags(Profile profile) {
    boolean given = false;
    int word = 0;
    for (ProfileFlag flag : profile.flags()) {
      int bit =
          switch (flag.kind()) {
            case CHROOT_RELATIVE -> 0x8;
            case MEDIATE_DELETED -> 0x10000;
            case ATTACH_DISCONNECTED, ATTACH_DISCONNECTED_PATH -> 0x4;
            case CHROOT_ATTACH -> 0x10;
            case ATTACH_DISCONNECTED_IPC -> 0x20;
            case NAMESPACE_RELATIVE, DELEGATE_DELETED, NO_ATTACH_DISCONNECTED, CHROOT_NO_ATTACH ->
                0;
            default -> -1;
          };
      if (bit >= 0) {
        given = true;
        word |= bit;
      }
    }
    return given ? Integer.valueOf(word) : null;
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

  private static KernelProfile.Capabilities capabilities(ResolvedProfile profile) {
    long allow = 0;
    long audit = 0;
    long deny = 0;
    long quiet = 0;
    for (ResolvedRule resolved : profile.rules()) {
      Rule rule = resolved.rule();
      boolean isAbout = rule instanceof CapabilityRule || rule instanceof AllRule;
      if (isAbout && rule.qualifiers().action() != Qualifiers.Action.PROMPT) {
        List<Capability> named =
            rule instanceof CapabilityRule some ? some.capabilities() : List.of();
        long set = named.isEmpty() ? -1L : 0;
        for (Capability capability : named) {
          set |= 1L << capability.number();
        }
        if (rule.qualifiers().isDeny()) {
          deny |= set;
          quiet |= rule.qualifiers().audit() ? 0 : set;
        } else {
          allow |= set;
          audit |= rule.qualifiers().audit() ? set : 0;
        }
      }
    }
    return new KernelProfile.Capabilities(allow & ~deny, allow & audit, deny & quiet);
  }
}
