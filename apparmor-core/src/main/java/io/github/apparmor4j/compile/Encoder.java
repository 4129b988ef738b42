package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.profile.UsernsRule;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects the encoded rules of one profile. The encoders of the kinds of rules write to it. */
final class Encoder {

  // Rules of a profile can have priorities of -1000 to 1000.
  private static final int HIGH = 1001;
  private static final int LOW = -1001;

  private static final int ABI_WITHOUT_FILE_CLASS = 5;

  final ResolvedProfile profile;
  final Mediation mediation;
  final List<EncodedRule> rules = new ArrayList<>();
  final Set<Diagnostic> diagnostics = new LinkedHashSet<>();
  final Transitions transitions;
  final MountPermissions mounts = new MountPermissions();
  final SocketArrays sockets = new SocketArrays();
  private final Map<String, Aare> paths;
  private final boolean strict;

  /**
   * Begins a profile.
   *
   * @param paths path patterns that were read before, by their text, since many profiles of a file
   *     include the same rules
   */
  Encoder(ResolvedProfile profile, Mediation mediation, Map<String, Aare> paths, boolean strict) {
    this.profile = profile;
    this.paths = paths;
    this.mediation = mediation;
    this.strict = strict;
    this.transitions = new Transitions(profile);
  }

  void encodeAll() {
    Attachments.report(this);
    Behaviors.report(this);
    markers();
    FileEncoder.addImplied(this);
    for (ResolvedRule resolved : profile.rules()) {
      expanded(resolved).forEach(mounts::add);
    }
    for (ResolvedRule resolved : profile.rules()) {
      RuleOutput out = new RuleOutput(this, resolved);
      try {
        expanded(resolved).forEach(rule -> encode(rule, out));
      } catch (IllegalArgumentException e) {
        out.error(CompileProblem.INVALID_PATTERN, String.valueOf(e.getMessage()));
      }
    }
  }

  /** Returns a rule or, for {@code all}, the rules that it stands for. */
  private Stream<Rule> expanded(ResolvedRule resolved) {
    if (!(resolved.rule() instanceof AllRule all)) {
      return Stream.of(resolved.rule());
    }
    boolean weaker = mediation.semantics == Semantics.APPARMOR_5_0;
    return Arrays.stream(RuleKind.values())
        .flatMap(kind -> kind.everything(all.qualifiers()))
        .map(
            rule -> {
              int priority = rule.qualifiers().priority();
              return weaker && priority < 0
                  ? rule.withQualifiers(rule.qualifiers().withPriority(priority - 1))
                  : rule;
            });
  }

  private static void encode(Rule rule, RuleOutput out) {
    switch (rule.kind()) {
      case CAPABILITY -> CapabilityEncoder.encode((CapabilityRule) rule, out);
      case CHANGE_PROFILE -> ChangeProfileEncoder.encode((ChangeProfileRule) rule, out);
      case DBUS -> DbusEncoder.encode((DbusRule) rule, out);
      case FILE -> FileEncoder.encode((FileRule) rule, out);
      case IO_URING -> IoUringEncoder.encode((IoUringRule) rule, out);
      case LINK -> LinkEncoder.encode((LinkRule) rule, out);
      case MOUNT -> MountEncoder.encode((MountRule) rule, out);
      case MQUEUE -> MqueueEncoder.encode((MqueueRule) rule, out);
      case NETWORK -> NetworkEncoder.encode((NetworkRule) rule, out);
      case PIVOT_ROOT -> PivotRootEncoder.encode((PivotRootRule) rule, out);
      case PTRACE -> PtraceEncoder.encode((PtraceRule) rule, out);
      case SIGNAL -> SignalEncoder.encode((SignalRule) rule, out);
      case UNIX -> UnixEncoder.encode((UnixRule) rule, out);
      case USERNS -> UsernsEncoder.encode((UsernsRule) rule, out);
      case RLIMIT -> {} // a field of the profile: RlimitEncoder
      case ALL -> throw new AssertionError("was expanded: " + rule);
      case UNRECOGNIZED -> out.error(CompileProblem.UNRECOGNIZED_RULE, "unknown rule: " + rule);
    }
  }

  /** Adds the strings that tell the kernel which classes of rules are in force at all. */
  private void markers() {
    boolean confines =
        !profile.profile().has(ProfileFlag.Kind.UNCONFINED)
            && !profile.profile().has(ProfileFlag.Kind.DEFAULT_ALLOW);
    if (confines && (mediation.version() & 0x3ff) > ABI_WITHOUT_FILE_CLASS) {
      marker(HIGH, List.of(PolicyClass.FILE));
    }
    for (RuleKind kind : RuleKind.values()) {
      for (RuleKind.Marker marker : kind.markers()) {
        if ((confines || marker.always()) && mediation.has(marker.feature())) {
          marker(marker.weak() ? LOW : HIGH, marker.string());
        }
      }
    }
  }

  private void marker(int priority, List<Integer> string) {
    byte[] bytes = new byte[string.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = string.get(i).byteValue();
    }
    add(EncodedRule.Table.POLICY, Regex.bytes(bytes), priority, AcceptBits.MARKER, true);
  }

  /** Adds an allowing rule that every profile has. */
  void add(EncodedRule.Table table, Regex regex, int priority, int permissions, boolean exact) {
    rules.add(
        new EncodedRule(
            table, regex, priority, Qualifiers.Action.ALLOW, permissions, 0, exact, null));
  }

  /** Reads a path pattern. */
  Aare aare(String pattern) {
    return paths.computeIfAbsent(pattern, Aare::path);
  }

  /** Warns that the kernel gets something other than what is written. */
  void downgraded(@Nullable ResolvedRule rule, String message, String feature) {
    warn(rule, CompileProblem.DOWNGRADED, message + ": " + mediation.missing(feature));
  }

  /** Warns that a rule is left out because a feature is missing. */
  void notEnforced(ResolvedRule rule, String feature) {
    warn(rule, CompileProblem.NOT_ENFORCED, "not enforced: " + mediation.missing(feature));
  }

  private void warn(@Nullable ResolvedRule rule, CompileProblem kind, String message) {
    if (rule != null && rule.rule() instanceof AllRule) {
      return; // what a kernel doesn't know is allowed anyway
    }
    SourcePlace place = rule == null ? profile.place() : rule.place();
    Diagnostic warning = Diagnostic.of(kind, place, message);
    diagnostics.add(strict ? warning.withSeverity(Diagnostic.Severity.ERROR) : warning);
  }
}
