package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.RlimitRule;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.profile.UnrecognizedRule;
import io.github.apparmor4j.profile.UsernsRule;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the encoded rules of one profile. The encoders of the kinds write to it. */
final class Encoder {

  /** Anything without a NUL. */
  static final Regex ANY = Regex.star(ByteSet.ALL.minus(ByteSet.of(0)));

  /** Anything without a NUL, but something. */
  static final Regex SOME = Regex.sequence(Regex.of(ByteSet.ALL.minus(ByteSet.of(0))), ANY);

  static final Regex NUL = Regex.of(0);

  final ResolvedProfile profile;
  final Mediation mediation;
  final List<EncodedRule> rules = new ArrayList<>();
  final Set<Diagnostic> diagnostics = new LinkedHashSet<>();
  final Transitions transitions;
  final MountEncoder.Permissions mounts = new MountEncoder.Permissions();
  final SocketArrays sockets = new SocketArrays();
  private final Map<String, Aare> paths;
  private final boolean strict;
  private @Nullable ResolvedRule current;

  /**
   * Begins a profile.
   *
   * @param paths patterns that were read before, by their text; of a file's profiles many include
   *     the same
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
    ClassMarkers.add(this);
    FileEncoder.addImplied(this);
    each(rule -> mounts.add(rule, this));
    each(this::encode);
  }

  /** Does something with each rule, and with those that {@code all} stands for. */
  private void each(Consumer<Rule> action) {
    for (ResolvedRule resolved : profile.rules()) {
      current = resolved;
      try {
        if (resolved.rule() instanceof AllRule all) {
          AllRules.of(all).forEach(action);
        } else {
          action.accept(resolved.rule());
        }
      } catch (IllegalArgumentException e) {
        error("AA-COMPILE-0001", String.valueOf(e.getMessage()));
      }
    }
    current = null;
  }

  // The one place that knows all kinds.
  private void encode(Rule rule) {
    if (rule instanceof FileRule file) {
      FileEncoder.encode(file, this);
    } else if (rule instanceof LinkRule link) {
      FileEncoder.encode(link, this);
    } else if (rule instanceof NetworkRule network) {
      NetworkEncoder.encode(network, this);
    } else if (rule instanceof SignalRule signal) {
      PeerEncoder.encode(signal, this);
    } else if (rule instanceof PtraceRule ptrace) {
      PeerEncoder.encode(ptrace, this);
    } else if (rule instanceof MountRule mount) {
      MountEncoder.encode(mount, this);
    } else if (rule instanceof PivotRootRule pivot) {
      MountEncoder.encode(pivot, this);
    } else if (rule instanceof ChangeProfileRule change) {
      FileEncoder.encode(change, this);
    } else if (rule instanceof UnixRule unix) {
      UnixEncoder.encode(unix, this);
    } else if (rule instanceof DbusRule dbus) {
      DbusEncoder.encode(dbus, this);
    } else if (rule instanceof MqueueRule mqueue) {
      ObjectEncoder.encode(mqueue, this);
    } else if (rule instanceof UsernsRule userns) {
      ObjectEncoder.encode(userns, this);
    } else if (rule instanceof IoUringRule ring) {
      ObjectEncoder.encode(ring, this);
    } else if (rule instanceof CapabilityRule capability) {
      CapabilityWords.report(capability, this); // a field of the profile
    } else if (rule instanceof UnrecognizedRule) {
      error("AA-COMPILE-0004", "nothing is known of this rule: " + rule);
    } else if (!(rule instanceof RlimitRule)) {
      throw new AssertionError(rule); // limits are fields of the profile
    }
  }

  void error(String code, String message) {
    ResolvedRule rule = current;
    diagnostics.add(Diagnostic.error(code, rule == null ? profile.place() : rule.place(), message));
  }

  /** Returns whether a kind of rule is in force; if it isn't, that is said of the current rule. */
  boolean enforces(String feature) {
    boolean has = mediation.has(feature);
    if (!has) {
      notEnforced(feature);
    }
    return has;
  }

  /** Tells that the current rule, or the profile, is left out for want of a feature. */
  void notEnforced(String feature) {
    warn("AA-COMPILE-0006", "not enforced: " + mediation.missing(feature));
  }

  /** Tells that the kernel gets something else than what is written. */
  void downgraded(String message, String feature) {
    warn("AA-COMPILE-0007", message + ": " + mediation.missing(feature));
  }

  private void warn(String code, String message) {
    ResolvedRule rule = current;
    if (rule != null && rule.rule() instanceof AllRule) {
      return; // of what a kernel doesn't know, everything is allowed anyway
    }
    SourcePlace place = rule == null ? profile.place() : rule.place();
    diagnostics.add(
        strict ? Diagnostic.error(code, place, message) : Diagnostic.warning(code, place, message));
  }

  /** Returns the index of a transition in the current rule's word. */
  int transitionIndex(ExecMode exec, FileRule rule) {
    return transitions.index(exec, rule.path(), rule.target(), current);
  }

  /** Returns a pattern of the current rule with variables expanded. */
  String expanded(String pattern) {
    return current == null ? pattern : current.expanded(pattern);
  }

  /** Returns a path pattern of the current rule; {@code null} is any. */
  Regex path(@Nullable String pattern) {
    return pattern == null ? ANY : aare(pattern).regex();
  }

  /** Reads a path pattern of the current rule. */
  Aare aare(String pattern) {
    return paths.computeIfAbsent(expanded(pattern), Aare::path);
  }

  /** Returns a pattern in which slashes are like any character; {@code null} is any. */
  Regex name(@Nullable String pattern) {
    return pattern == null ? ANY : Aare.label(expanded(pattern)).regex();
  }

  /** Returns a pattern of another task's label; {@code null} is any. */
  Regex label(@Nullable String pattern) {
    return pattern == null ? SOME : Aare.label(expanded(pattern)).regex();
  }

  /** Adds a rule of the policy table with the qualifiers of the current rule. */
  void policy(Qualifiers qualifiers, Regex regex, int permissions) {
    add(EncodedRule.Table.POLICY, qualifiers, regex, permissions, permissions, true);
  }

  void add(
      EncodedRule.Table table,
      Qualifiers qualifiers,
      Regex regex,
      int permissions,
      int audited,
      boolean exact) {
    if (qualifiers.action() == Qualifiers.Action.PROMPT
        && mediation.form() == PolicyDfa.Form.WORDS) {
      downgraded("refused without asking", "policy/permstable32");
    }
    boolean marked = qualifiers.isDeny() != qualifiers.audit();
    rules.add(
        new EncodedRule(
            table,
            regex,
            qualifiers.priority(),
            qualifiers.action(),
            permissions,
            marked ? audited : 0,
            exact,
            current));
  }

  /**
   * Adds a pattern that tells the kernel, for a rule of its priority, that the class is in force.
   */
  void marker(Qualifiers qualifiers, Regex regex) {
    rules.add(
        new EncodedRule(
            EncodedRule.Table.POLICY,
            regex,
            qualifiers.priority(),
            Qualifiers.Action.ALLOW,
            4,
            0,
            true,
            null));
  }

  /** Adds an allowing rule that every profile has. */
  void marker(int priority, byte... string) {
    rules.add(
        new EncodedRule(
            EncodedRule.Table.POLICY,
            Regex.bytes(string),
            priority,
            Qualifiers.Action.ALLOW,
            4,
            0,
            true,
            null));
  }
}
