package io.github.apparmor4j.check;

import io.github.apparmor4j.automaton.DfaLimits;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.automaton.TooComplexException;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkProtocol;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.profile.UsernsRule;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a rule speaks of, in a form in which two rules of one kind can be compared: permissions,
 * patterns and sets. Patterns are compared as languages, after variables are expanded.
 */
final class Coverage {

  /** Beyond these a pair counts as not covered: the answer is worth no more work. */
  private static final DfaLimits LIMITS = DfaLimits.DEFAULT.withSize(3000, 300_000);

  private static final long ALL = -1;

  private final ResolvedRule resolved;
  private final Class<?> kind;
  private final long permissions;

  /** What a rule says of its file's execution and links; compared apart from the other sets. */
  private final Set<String> ways;

  /** {@code null} stands for everything. */
  private final List<@Nullable Regex> patterns = new ArrayList<>();

  private final List<@Nullable Set<?>> sets = new ArrayList<>();
  private final byte[] prefix;

  private Coverage(ResolvedRule resolved, long permissions, Set<String> ways) {
    this.resolved = resolved;
    this.kind = resolved.rule().getClass();
    this.permissions = permissions;
    this.ways = ways;
    describe(resolved.rule());
    Regex first = patterns.isEmpty() ? null : patterns.get(0);
    this.prefix = first == null ? new byte[0] : first.literalPrefix();
  }

  /** Returns what a rule speaks of, or {@code null} for kinds that aren't compared. */
  static @Nullable Coverage of(ResolvedRule resolved) {
    Rule rule = resolved.rule();
    try {
      if (rule instanceof FileRule file) {
        return new Coverage(resolved, filePermissions(file), ways(file));
      }
      Long permissions = permissions(rule);
      return permissions == null ? null : new Coverage(resolved, permissions, Set.of());
    } catch (GlobSyntaxException e) {
      return null; // the compiler reports it
    }
  }

  ResolvedRule rule() {
    return resolved;
  }

  /** Returns whether this rule makes another of the same action do nothing more. */
  boolean covers(Coverage narrow) {
    Qualifiers own = resolved.rule().qualifiers();
    Qualifiers other = narrow.resolved.rule().qualifiers();
    return own.action() == other.action()
        && (own.audit() || !other.audit())
        && ways.containsAll(narrow.ways)
        && isAtLeast(narrow);
  }

  /** Returns whether this denying rule leaves nothing of an allowing one. */
  boolean denies(Coverage allowing) {
    return resolved.rule().qualifiers().isDeny()
        && allowing.resolved.rule().qualifiers().action() == Qualifiers.Action.ALLOW
        && isAtLeast(allowing);
  }

  private boolean isAtLeast(Coverage narrow) {
    Qualifiers own = resolved.rule().qualifiers();
    Qualifiers other = narrow.resolved.rule().qualifiers();
    if (kind != narrow.kind
        || own.priority() < other.priority()
        || (narrow.permissions & ~permissions) != 0
        || (own.ownership() != Qualifiers.Ownership.ANY && own.ownership() != other.ownership())
        || !startsWith(narrow.prefix, prefix)) {
      return false;
    }
    for (int i = 0; i < sets.size(); i++) {
      Set<?> wide = sets.get(i);
      Set<?> within = narrow.sets.get(i);
      if (wide != null && (within == null || !wide.containsAll(within))) {
        return false;
      }
    }
    for (int i = 0; i < patterns.size(); i++) {
      if (!includes(patterns.get(i), narrow.patterns.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean startsWith(byte[] text, byte[] prefix) {
    return prefix.length <= text.length
        && Arrays.equals(prefix, 0, prefix.length, text, 0, prefix.length);
  }

  private static boolean includes(@Nullable Regex wide, @Nullable Regex narrow) {
    if (wide == null || narrow == null) {
      return wide == null;
    }
    try {
      return wide.equals(narrow) || wide.includes(narrow, LIMITS);
    } catch (TooComplexException e) {
      return false;
    }
  }

  // ---- kinds

  private static long filePermissions(FileRule rule) {
    int bits = rule.permissions().bits();
    return (bits & FilePermissions.WRITE) != 0 ? bits | FilePermissions.APPEND : bits;
  }

  private static Set<String> ways(FileRule rule) {
    ExecMode exec = rule.permissions().exec();
    if (exec != null && !rule.qualifiers().isDeny()) {
      return Set.of(exec + " -> " + rule.target());
    }
    boolean link = rule.permissions().contains(FilePermissions.LINK);
    return link ? Set.of("link -> " + rule.target()) : Set.of();
  }

  private static @Nullable Long permissions(Rule rule) {
    if (rule instanceof CapabilityRule capability) {
      long set = 0;
      for (Capability one : capability.capabilities()) {
        set |= 1L << one.number();
      }
      return capability.capabilities().isEmpty() ? ALL : set;
    }
    if (rule instanceof NetworkRule network) {
      return bits(network.permissions());
    }
    if (rule instanceof UnixRule unix) {
      return bits(unix.permissions());
    }
    if (rule instanceof DbusRule dbus) {
      return bits(dbus.effectivePermissions());
    }
    if (rule instanceof SignalRule signal) {
      return bits(signal.permissions());
    }
    if (rule instanceof PtraceRule ptrace) {
      return bits(ptrace.permissions());
    }
    if (rule instanceof MqueueRule mqueue) {
      return bits(mqueue.permissions());
    }
    if (rule instanceof IoUringRule ring) {
      return bits(ring.permissions());
    }
    return rule instanceof LinkRule
            || rule instanceof MountRule
            || rule instanceof PivotRootRule
            || rule instanceof ChangeProfileRule
            || rule instanceof UsernsRule
        ? 1L
        : null;
  }

  private static long bits(Collection<? extends Permission> permissions) {
    return permissions.isEmpty() ? ALL : Permission.bits(permissions);
  }

  private void describe(Rule rule) {
    if (rule instanceof FileRule file) {
      path(file.path());
    } else if (rule instanceof LinkRule link) {
      path(link.path());
      path(link.target());
      sets.add(link.subset() ? Set.of("subset") : null);
    } else if (rule instanceof NetworkRule network) {
      NetworkProtocol protocol = network.protocol();
      sets.add(network.families());
      sets.add(one(protocol == null ? network.type() : protocol.type()));
      sets.add(endpoint(network.local()));
      sets.add(endpoint(network.peer()));
    } else if (rule instanceof UnixRule unix) {
      sets.add(one(unix.type()));
      name(unix.address());
      name(unix.peerAddress());
      name(unix.peerLabel());
    } else if (rule instanceof DbusRule dbus) {
      path(dbus.path());
      name(dbus.bus());
      name(dbus.interfaceName());
      name(dbus.member());
      name(dbus.name());
      name(dbus.peerName());
      name(dbus.peerLabel());
    } else if (rule instanceof SignalRule signal) {
      sets.add(signal.signals().isEmpty() ? null : Set.copyOf(signal.signals()));
      name(signal.peer());
    } else if (rule instanceof PtraceRule ptrace) {
      name(ptrace.peer());
    } else if (rule instanceof MqueueRule mqueue) {
      name(mqueue.name());
      name(mqueue.label());
      sets.add(one(mqueue.effectiveType()));
    } else if (rule instanceof IoUringRule ring) {
      name(ring.label());
    } else if (rule instanceof MountRule mount) {
      sets.add(Set.of(mount.operation()));
      sets.add(mount.options().isEmpty() ? null : Set.of(mount.options()));
      sets.add(mount.fstypes().isEmpty() ? null : Set.copyOf(mount.fstypes()));
      path(mount.source());
      path(mount.mountPoint());
    } else if (rule instanceof PivotRootRule pivot) {
      path(pivot.newRoot());
      path(pivot.oldRoot());
    } else if (rule instanceof ChangeProfileRule change) {
      sets.add(Set.of(change.unsafe()));
      name(change.program());
      name(change.target());
    }
  }

  private static @Nullable Set<?> one(@Nullable Object value) {
    return value == null ? null : Set.of(value);
  }

  private static @Nullable Set<?> endpoint(Endpoint endpoint) {
    return endpoint.isAny() ? null : Set.of(endpoint);
  }

  private void path(@Nullable String pattern) {
    patterns.add(pattern == null ? null : Aare.path(resolved.expanded(pattern)).regex());
  }

  private void name(@Nullable String pattern) {
    patterns.add(pattern == null ? null : Aare.label(resolved.expanded(pattern)).regex());
  }
}
