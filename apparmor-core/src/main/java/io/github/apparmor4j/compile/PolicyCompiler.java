package io.github.apparmor4j.compile;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A compiler of policy for one kernel. Immutable and thread-safe. The same profiles and features
 * give the same bytes, whatever the order of rules. Methods named {@code compile} return all errors
 * in their result; those named {@code compileOrThrow} throw them.
 *
 * <pre>{@code
 * Path directory = Path.of("/etc/apparmor.d");
 * Compilation compilation =
 *     PolicyCompiler.forKernel(Features.LINUX_6_12)
 *         .compile(directory.resolve("usr.bin.man"), IncludeResolver.directories(directory));
 * compilation.diagnostics().forEach(diagnostic -> System.err.println(diagnostic.render()));
 * }</pre>
 */
public final class PolicyCompiler {

  /**
   * Is told about the progress of compilations. Called by the compiling thread, between profiles,
   * so by several threads at once if several compile.
   */
  @FunctionalInterface
  public interface Listener {

    /**
     * Called when a profile is done, whether it could be compiled or not. Not called for a profile
     * that is too complex, which ends the compilation.
     *
     * @param profile name of the profile
     * @param done number of profiles of this compilation that are done, including children
     * @param total number of profiles of this compilation, including children
     * @param states number of states of the profile's automata; 0 if it could not be compiled
     */
    void profileDone(String profile, int done, int total, int states);
  }

  /**
   * The settings of a compiler.
   *
   * @param kernel features to compile for
   * @param policyAbi features that all policies are written for, or {@code null} to use their
   *     {@code abi} rules
   * @param defaultAbi features that policies without an {@code abi} rule are written for
   * @param limits limits for each file that is resolved, and for each automaton
   * @param strict whether rules that the kernel can't enforce are errors
   * @param semantics what rules mean where releases differ
   * @param cache where tables are kept, or {@code null}
   * @param listener is told about each profile
   */
  record Settings(
      Features kernel,
      @Nullable Features policyAbi,
      Features defaultAbi,
      WorkLimits limits,
      boolean strict,
      Semantics semantics,
      @Nullable TableCache cache,
      Listener listener) {}

  /** Most rules to name in a message that make states multiply. */
  private static final int SHOWN = 10;

  private final Settings settings;

  private PolicyCompiler(Settings settings) {
    this.settings = settings;
  }

  /**
   * Returns a compiler for a kernel with some features. A policy without an {@code abi} rule counts
   * as written for that kernel, as with {@code apparmor_parser -M}. What {@code apparmor_parser}
   * assumes when it loads policy is {@link #withDefaultAbi} with {@link Features#DEFAULT_ABI}.
   */
  public static PolicyCompiler forKernel(Features kernel) {
    return builder(kernel).build();
  }

  /** Returns a builder with default settings, for a kernel with some features. */
  public static Builder builder(Features kernel) {
    return new Builder(kernel);
  }

  /** Returns a builder with the settings of this compiler. */
  public Builder toBuilder() {
    Builder builder = new Builder(settings.kernel());
    builder.policyAbi = settings.policyAbi();
    builder.defaultAbi = settings.defaultAbi();
    builder.limits = settings.limits();
    builder.strict = settings.strict();
    builder.semantics = settings.semantics();
    builder.cache = settings.cache();
    builder.listener = settings.listener();
    return builder;
  }

  /**
   * Returns a compiler like this one for which policies without an {@code abi} rule are written for
   * the given ABI.
   */
  public PolicyCompiler withDefaultAbi(Features abi) {
    return toBuilder().defaultAbi(abi).build();
  }

  /**
   * Returns a compiler like this one for which all policies are written for an ABI, whatever their
   * {@code abi} rules say.
   */
  public PolicyCompiler withPolicyAbi(Features abi) {
    return toBuilder().policyAbi(abi).build();
  }

  /** Returns a compiler like this one with other limits, which hold for each automaton. */
  public PolicyCompiler withLimits(WorkLimits limits) {
    return toBuilder().limits(limits).build();
  }

  /**
   * Returns a compiler like this one for which a rule is an error, not a warning, if the kernel
   * can't enforce it as it is written.
   */
  public PolicyCompiler strict() {
    return toBuilder().strict().build();
  }

  /**
   * Returns a compiler like this one that keeps tables in a cache, which other compilers may share.
   */
  public PolicyCompiler withCache(TableCache cache) {
    return toBuilder().cache(cache).build();
  }

  /** Returns a compiler like this one that tells a listener about its progress. */
  public PolicyCompiler withListener(Listener listener) {
    return toBuilder().listener(listener).build();
  }

  /** Collects the settings of a compiler; not thread-safe. */
  public static final class Builder {
    private final Features kernel;
    private @Nullable Features policyAbi;
    private Features defaultAbi;
    private WorkLimits limits = WorkLimits.DEFAULT;
    private boolean strict;
    private Semantics semantics = Semantics.APPARMOR_6_0;
    private @Nullable TableCache cache;
    private Listener listener = (profile, done, total, states) -> {};

    private Builder(Features kernel) {
      this.kernel = Objects.requireNonNull(kernel, "kernel");
      this.defaultAbi = kernel;
    }

    /** Sets the ABI for policies without an {@code abi} rule; without a call, it is the kernel. */
    public Builder defaultAbi(Features abi) {
      defaultAbi = Objects.requireNonNull(abi, "abi");
      return this;
    }

    /** Sets the ABI for all policies, whatever their {@code abi} rules say. */
    public Builder policyAbi(Features abi) {
      policyAbi = Objects.requireNonNull(abi, "abi");
      return this;
    }

    /** Sets the limits for each automaton. */
    public Builder limits(WorkLimits most) {
      limits = Objects.requireNonNull(most, "limits");
      return this;
    }

    /** Makes it an error, not a warning, if the kernel can't enforce a rule as it is written. */
    public Builder strict() {
      strict = true;
      return this;
    }

    /** Sets the release of AppArmor whose meaning counts where releases differ. */
    public Builder semantics(Semantics release) {
      semantics = Objects.requireNonNull(release, "semantics");
      return this;
    }

    /** Sets a cache to keep tables in, which other compilers may share. */
    public Builder cache(TableCache tables) {
      cache = Objects.requireNonNull(tables, "cache");
      return this;
    }

    /** Sets a listener, which is told about each profile that is done. */
    public Builder listener(Listener told) {
      listener = Objects.requireNonNull(told, "listener");
      return this;
    }

    /** Returns the compiler. */
    public PolicyCompiler build() {
      return new PolicyCompiler(
          new Settings(kernel, policyAbi, defaultAbi, limits, strict, semantics, cache, listener));
    }
  }

  /** Returns a resolver for this compiler. */
  Resolver resolver(IncludeResolver includes) {
    return Resolver.of(includes, settings.semantics()).withLimits(settings.limits());
  }

  /**
   * Compiles a text. All errors are in the result, also if the text is too complex.
   *
   * @param includes finds included texts
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; its interrupt
   *     status stays set
   */
  public Compilation compile(SourceText text, IncludeResolver includes) {
    return compile(resolver(includes).resolve(ProfileParser.parse(text)));
  }

  /**
   * Compiles a file. For many files there is {@link BatchCompiler}.
   *
   * @param includes finds included texts; for {@code /etc/apparmor.d} use {@link
   *     IncludeResolver#directories directories}
   * @throws IOException if the file can't be read or has more than 64 MiB
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; its interrupt
   *     status stays set
   */
  public Compilation compile(Path file, IncludeResolver includes) throws IOException {
    return compile(SourceText.read(file), includes);
  }

  /**
   * Compiles a file, whose includes are looked for in directories.
   *
   * @param directories searched in their order for {@code <path>}, such as {@code /etc/apparmor.d};
   *     at least one
   * @throws IOException if the file can't be read or has more than 64 MiB
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; its interrupt
   *     status stays set
   */
  public Compilation compile(Path file, Path... directories) throws IOException {
    return compile(file, IncludeResolver.directories(directories));
  }

  /**
   * Compiles a file that was built in Java. It must not include other files.
   *
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; its interrupt
   *     status stays set
   */
  public Compilation compile(ProfileFile file) {
    return compile(resolver(IncludeResolver.none()).resolve(file));
  }

  /**
   * Compiles a file that was built in Java, and throws its errors. It must not include other files.
   *
   * @throws io.github.apparmor4j.source.DiagnosticException if it has errors
   */
  public CompiledPolicy compileOrThrow(ProfileFile file) {
    return compile(file).orThrow();
  }

  /**
   * Compiles a text, and throws its errors.
   *
   * @throws io.github.apparmor4j.source.DiagnosticException if it has errors
   */
  public CompiledPolicy compileOrThrow(SourceText text, IncludeResolver includes) {
    return compile(text, includes).orThrow();
  }

  private Features abi(Resolution resolution) {
    if (settings.policyAbi() != null) {
      return settings.policyAbi();
    } else if (resolution.forKernel()) {
      return settings.kernel();
    }
    return Objects.requireNonNullElse(resolution.abi(), settings.defaultAbi());
  }

  /**
   * Compiles resolved profiles. All errors are in the result, including those of the resolution. If
   * the resolution has errors, nothing is compiled; otherwise profiles with errors are left out,
   * and one that is too complex ends the compilation.
   *
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; its interrupt
   *     status stays set
   */
  public Compilation compile(Resolution resolution) {
    Mediation mediation = new Mediation(settings.kernel(), abi(resolution), settings.semantics());
    List<Diagnostic> diagnostics = new ArrayList<>(resolution.diagnostics());
    List<Compilation.CompiledProfile> compiled = new ArrayList<>();
    if (resolution.isOk()) {
      List<ResolvedProfile> profiles = new ArrayList<>();
      List<ResolvedProfile> sorted = new ArrayList<>(resolution.profiles());
      sorted.sort(
          Comparator.comparing((ResolvedProfile p) -> p.namespace() == null ? "" : p.namespace())
              .thenComparing(ResolvedProfile::name));
      sorted.forEach(profile -> withChildren(profile, profiles));
      Map<String, Aare> paths = new HashMap<>();
      for (int i = 0; i < profiles.size(); i++) {
        ResolvedProfile profile = profiles.get(i);
        KernelProfile binary;
        try {
          binary = compile(profile, mediation, paths, compiled, diagnostics);
        } catch (TableBuilder.TooLargeException e) {
          diagnostics.add(tooComplex(profile, e));
          return new Compilation(
              compiled,
              diagnostics,
              new Compilation.StateExplosion(profile.name(), e.limit, e.rules));
        }
        settings.listener().profileDone(profile.name(), i + 1, profiles.size(), states(binary));
      }
    }
    return new Compilation(compiled, diagnostics, null);
  }

  private static Diagnostic tooComplex(
      ResolvedProfile profile, TableBuilder.TooLargeException reason) {
    String some =
        reason.rules.stream()
            .limit(SHOWN)
            .map(rule -> "'" + rule.rule() + "' (line " + rule.place().line() + ")")
            .collect(Collectors.joining(", "));
    int more = reason.rules.size() - SHOWN;
    return Diagnostic.of(
        CompileProblem.TOO_COMPLEX,
        profile.place(),
        "profile %s: %s; what multiplies: %s%s"
            .formatted(
                profile.name(),
                reason.getMessage(),
                some,
                more > 0 ? " and " + more + " more" : ""));
  }

  /** Adds a profile, then its children. */
  private static void withChildren(ResolvedProfile profile, List<ResolvedProfile> to) {
    int first = to.size();
    to.add(profile);
    for (int i = first; i < to.size(); i++) {
      to.addAll(
          i + 1,
          to.get(i).children().stream()
              .sorted(Comparator.comparing(ResolvedProfile::localName))
              .toList());
    }
  }

  private static int states(@Nullable KernelProfile profile) {
    if (profile == null) {
      return 0;
    }
    KernelProfile.Attachment attachment = profile.attachment();
    return Stream.of(
            Optional.ofNullable(attachment).map(KernelProfile.Attachment::dfa),
            Optional.ofNullable(profile.policyDb()),
            Optional.ofNullable(profile.files()))
        .flatMap(Optional::stream)
        .mapToInt(PolicyDfa::size)
        .sum();
  }

  private @Nullable KernelProfile compile(
      ResolvedProfile profile,
      Mediation mediation,
      Map<String, Aare> paths,
      List<Compilation.CompiledProfile> to,
      List<Diagnostic> diagnostics) {
    try {
      Encoder encoder = new Encoder(profile, mediation, paths, settings.strict());
      encoder.encodeAll();
      diagnostics.addAll(encoder.diagnostics);
      if (encoder.transitions.names().size() > Transitions.MAX) {
        diagnostics.add(
            Diagnostic.of(
                CompileProblem.TOO_MANY_TRANSITIONS,
                profile.place(),
                encoder.transitions.names().size()
                    + " named exec transitions; a profile can have "
                    + Transitions.MAX));
      } else if (encoder.diagnostics.stream().noneMatch(Diagnostic::isError)) {
        try {
          KernelProfile binary = binary(profile, encoder);
          to.add(new Compilation.CompiledProfile(profile, encoder.rules, binary));
          return binary;
        } catch (IllegalArgumentException e) {
          diagnostics.add(
              Diagnostic.of(
                  CompileProblem.REFUSED_BY_KERNELS,
                  profile.place(),
                  String.valueOf(e.getMessage())));
        }
      }
    } catch (GlobSyntaxException e) {
      diagnostics.add(
          Diagnostic.of(
              CompileProblem.INVALID_PATTERN, profile.place(), String.valueOf(e.getMessage())));
    } catch (TableBuilder.ConflictException e) {
      ResolvedRule first = e.first.origin();
      ResolvedRule second = e.second.origin();
      SourcePlace place = second == null ? profile.place() : second.place();
      diagnostics.add(
          Diagnostic.of(
              CompileProblem.CONFLICTING_EXECS,
              place,
              "conflicting exec modifiers: '"
                  + (second == null ? "" : second.written())
                  + "' and '"
                  + (first == null ? "" : first.written())
                  + "' at line "
                  + (first == null ? 0 : first.place().line())));
    }
    return null;
  }

  private KernelProfile binary(ResolvedProfile profile, Encoder encoder)
      throws TableBuilder.ConflictException {
    Mediation mediation = encoder.mediation;
    return new KernelProfile(
        mediation.version(),
        profile.namespace(),
        profile.name(),
        Attachments.of(profile, mediation, settings),
        Behaviors.of(profile, mediation),
        CapabilityEncoder.of(profile, mediation),
        mediation.has("domain/identity") ? profile.profile().identities() : null,
        RlimitEncoder.of(profile),
        mediation.hasSocketArrays() ? encoder.sockets.toSockets() : null,
        TableBuilder.build(EncodedRule.Table.POLICY, encoder.rules, mediation, settings),
        TableBuilder.build(EncodedRule.Table.FILE, encoder.rules, mediation, settings),
        encoder.transitions.names());
  }
}
