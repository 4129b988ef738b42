package io.github.apparmor4j.compile;

import io.github.apparmor4j.glob.NaiveMatcher;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.profile.UsernsRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What rules allow, worked out one rule after the other straight from the model: each is asked
 * whether its conditions hold, and the strongest that speak of a permission decide. No automaton,
 * no encoded string; slow, and nothing like the compiler.
 */
final class NaivePolicy {

  /**
   * What is said of one permission.
   *
   * @param allowed whether it is allowed
   * @param logged whether its use is logged
   * @param quiet whether its refusal is not logged
   * @param by the strongest rule that spoke, or {@code null}
   */
  record Answer(boolean allowed, boolean logged, boolean quiet, @Nullable Rule by) {
    static final Answer NOTHING = new Answer(false, false, false, null);
  }

  /** A rule whose conditions hold. */
  private record Said(Rule rule, boolean exact) {
    int strength(boolean exec) {
      Qualifiers q = rule.qualifiers();
      return q.priority() * 4
          + switch (q.action()) {
            case DENY -> 3;
            case ALLOW -> exec && exact ? 2 : 1;
            case PROMPT -> 0;
          };
    }
  }

  private final List<Rule> rules;
  private final BiPredicate<String, String> matcher;

  NaivePolicy(Collection<Rule> rules) {
    this(rules, NaiveMatcher::matches);
  }

  /**
   * Takes rules and what matches their patterns.
   *
   * @param matcher of a pattern and a text
   */
  NaivePolicy(Collection<Rule> rules, BiPredicate<String, String> matcher) {
    this.rules = List.copyOf(rules);
    this.matcher = matcher;
  }

  private static Answer decide(Stream<Said> all, boolean exec) {
    List<Said> said = new ArrayList<>();
    all.forEach(
        one -> {
          int strongest = said.isEmpty() ? Integer.MIN_VALUE : said.get(0).strength(exec);
          if (one.strength(exec) > strongest) {
            said.clear();
          }
          if (one.strength(exec) >= strongest) {
            said.add(one);
          }
        });
    if (said.isEmpty()) {
      return Answer.NOTHING;
    }
    Rule by = said.get(0).rule();
    return switch (by.qualifiers().action()) {
      case ALLOW ->
          new Answer(true, said.stream().anyMatch(s -> s.rule().qualifiers().audit()), false, by);
      case DENY ->
          new Answer(false, false, said.stream().anyMatch(s -> !s.rule().qualifiers().audit()), by);
      case PROMPT ->
          new Answer(false, said.stream().anyMatch(s -> s.rule().qualifiers().audit()), false, by);
    };
  }

  /** Decides by the rules of a kind for which a condition holds. */
  private <R extends Rule> Answer decide(Class<R> kind, Function<R, Boolean> holds) {
    return decide(
        rules.stream()
            .filter(kind::isInstance)
            .filter(rule -> holds.apply(kind.cast(rule)))
            .map(rule -> new Said(rule, false)),
        false);
  }

  private boolean matches(@Nullable String pattern, String text) {
    return pattern == null || matcher.test(pattern, text);
  }

  private static boolean has(List<? extends Permission> permissions, Permission wanted) {
    return permissions.isEmpty() || permissions.contains(wanted);
  }

  // ---- files

  private static boolean isAbout(Qualifiers qualifiers, boolean owner) {
    return switch (qualifiers.ownership()) {
      case ANY -> true;
      case OWNER -> owner;
      case OTHER -> !owner;
    };
  }

  private static boolean isExact(String pattern) {
    return pattern.chars().noneMatch(c -> "*?^".indexOf(c) >= 0);
  }

  private Stream<Said> speaking(String path, boolean owner, char letter) {
    return rules.stream()
        .filter(rule -> isAbout(rule.qualifiers(), owner))
        .filter(
            rule ->
                (rule instanceof FileRule file && file.path() != null && speaks(file, path, letter))
                    || (letter == 'l'
                        && rule instanceof LinkRule link
                        && !link.qualifiers().isDeny()
                        && matches(link.path(), path)))
        .map(
            rule ->
                new Said(rule, rule instanceof FileRule f && isExact(String.valueOf(f.path()))));
  }

  private boolean speaks(FileRule rule, String path, char letter) {
    String letters = rule.permissions().toString();
    boolean spoken =
        switch (letter) {
          case 'x' -> rule.permissions().exec() != null;
          case 'a' -> letters.matches(".*[wa].*");
          // To deny links denies pairs.
          case 'l' -> letters.contains("l") && !rule.qualifiers().isDeny();
          default -> letters.indexOf(letter) >= 0;
        };
    return spoken && matches(rule.path(), path);
  }

  /** Returns what is said of a letter of {@code rwalkmx} for a path. */
  Answer file(String path, boolean owner, char letter) {
    Answer answer = decide(speaking(path, owner, letter), letter == 'x');
    if (letter == 'm' && !answer.allowed() && inherits(path, owner)) {
      return new Answer(true, answer.logged(), answer.quiet(), answer.by());
    }
    return answer;
  }

  /** A program that keeps its profile has to be mapped, too. */
  private boolean inherits(String path, boolean owner) {
    Answer exec = file(path, owner, 'x');
    if (!(exec.allowed()
        && exec.by() instanceof FileRule rule
        && inherits(rule.permissions().exec()))) {
      return false;
    }
    int strongest = priority(speaking(path, owner, 'x'));
    int mapping = priority(speaking(path, owner, 'm'));
    return mapping <= strongest
        && speaking(path, owner, 'm')
            .map(said -> said.rule().qualifiers())
            .noneMatch(q -> q.isDeny() && q.priority() == mapping);
  }

  private static boolean inherits(@Nullable ExecMode mode) {
    return mode != null && mode.fallback() == ExecMode.Fallback.INHERIT;
  }

  private static int priority(Stream<Said> said) {
    return said.mapToInt(s -> s.rule().qualifiers().priority()).max().orElse(Integer.MIN_VALUE);
  }

  /** Returns what is said of a hard link as a pair: two paths with a NUL between. */
  Answer link(String path, String target, boolean owner) {
    // A complement, [^a], matches the NUL as well.
    Stream<Said> asPath = speaking(path + '\0' + target, owner, 'l');
    Stream<Said> asPair =
        rules.stream()
            .filter(rule -> isAbout(rule.qualifiers(), owner))
            .filter(
                rule ->
                    (rule instanceof LinkRule link
                            && matches(link.path(), path)
                            && matches(link.target(), target))
                        || (rule instanceof FileRule file
                            && file.permissions().toString().contains("l")
                            && matches(file.path(), path)
                            && linksTo(file, target)))
            .map(rule -> new Said(rule, false));
    return decide(Stream.concat(asPath, asPair), false);
  }

  private boolean linksTo(FileRule rule, String target) {
    String to = rule.permissions().exec() == null ? rule.target() : null;
    return to == null ? target.matches("/[^/].*") : matches(to, target);
  }

  /** Returns what is said of changing to a profile. */
  Answer changeProfile(String label) {
    return decide(ChangeProfileRule.class, rule -> matches(rule.target(), label));
  }

  /** Returns what is said of changing to a profile with the next program. */
  Answer changeOnExec(String program, String label) {
    return decide(
        ChangeProfileRule.class,
        rule ->
            (rule.program() == null ? program.matches("/[^/].*") : matches(rule.program(), program))
                && matches(rule.target(), label));
  }

  // ---- tasks, sockets, objects

  /** Returns what is said of a capability: deny wins, priorities don't count. */
  Answer capability(io.github.apparmor4j.profile.Capability capability) {
    return decide(
        rules.stream()
            .filter(CapabilityRule.class::isInstance)
            .map(CapabilityRule.class::cast)
            .filter(r -> r.capabilities().isEmpty() || r.capabilities().contains(capability))
            .map(r -> new Said(r.withQualifiers(r.qualifiers().withPriority(0)), false)),
        false);
  }

  Answer signal(SignalPermission permission, int code, String peer) {
    return decide(
        SignalRule.class,
        rule ->
            has(rule.permissions(), permission)
                && (rule.signals().isEmpty()
                    || rule.signals().stream().anyMatch(signal -> signal.code() == code))
                && matches(rule.peer(), peer));
  }

  Answer ptrace(PtracePermission permission, String peer) {
    return decide(
        PtraceRule.class,
        rule -> has(rule.permissions(), permission) && matches(rule.peer(), peer));
  }

  Answer network(NetworkPermission permission, int family, int type) {
    return decide(
        NetworkRule.class,
        rule ->
            has(rule.permissions(), permission)
                && (rule.family() == null || rule.family().number() == family)
                && (rule.type() == null || rule.type().number() == type));
  }

  /** Returns what is said of a Unix socket; addresses as in rules, without patterns. */
  Answer unix(
      NetworkPermission permission, int type, String address, String peerAddress, String peer) {
    return decide(
        UnixRule.class,
        rule -> {
          boolean hasPeer = rule.peerAddress() != null || rule.peerLabel() != null;
          return has(rule.permissions(), permission)
              && (!hasPeer || permission.hasPeer())
              && (rule.type() == null || rule.type().number() == type)
              && (permission == NetworkPermission.CREATE || isAt(rule.address(), address))
              && (!permission.hasPeer() || isAt(rule.peerAddress(), peerAddress))
              && (!permission.hasPeer() || matches(rule.peerLabel(), peer));
        });
  }

  private boolean isAt(@Nullable String pattern, String address) {
    return pattern == null
        || (pattern.startsWith("@")
            ? address.startsWith("@") && matches(pattern.substring(1), address.substring(1))
            : pattern.equals(address));
  }

  Answer message(
      DbusPermission permission,
      String bus,
      String name,
      String label,
      String path,
      String interfaceName,
      String member) {
    return decide(
        DbusRule.class,
        rule ->
            rule.effectivePermissions().contains(permission)
                && matches(rule.bus(), bus)
                && matches(rule.peerName(), name)
                && matches(rule.peerLabel(), label)
                && matches(rule.path(), path)
                && matches(rule.interfaceName(), interfaceName)
                && matches(rule.member(), member));
  }

  Answer ownName(String bus, String name) {
    return decide(
        DbusRule.class,
        rule ->
            rule.effectivePermissions().contains(DbusPermission.BIND)
                && matches(rule.bus(), bus)
                && matches(rule.name(), name));
  }

  Answer eavesdrop(String bus) {
    return decide(
        DbusRule.class,
        rule ->
            rule.effectivePermissions().contains(DbusPermission.EAVESDROP)
                && matches(rule.bus(), bus));
  }

  Answer queue(MqueuePermission permission, MqueueRule.Type type, String name, String label) {
    return decide(
        MqueueRule.class,
        rule ->
            has(rule.permissions(), permission)
                && rule.effectiveType().map(each -> each == type).orElse(true)
                && (type == MqueueRule.Type.SYSV
                    ? rule.name() == null || rule.name().equals(name)
                    : matches(rule.name(), name))
                && matches(rule.label(), label));
  }

  Answer poll() {
    return decide(IoUringRule.class, rule -> has(rule.permissions(), IoUringPermission.SQPOLL));
  }

  Answer overrideCredentials(String label) {
    return decide(
        IoUringRule.class,
        rule ->
            has(rule.permissions(), IoUringPermission.OVERRIDE_CREDS)
                && matches(rule.label(), label));
  }

  Answer userNamespace() {
    return decide(UsernsRule.class, rule -> true);
  }

  // ---- mounts: what mount(2) does, by its flags, is one of five things (mount(2), apparmor.d(5))

  private static final int MS_REMOUNT = 0x20;
  private static final int MS_BIND = 0x1000;
  private static final int MS_MOVE = 0x2000;
  private static final int MS_REC = 0x4000;
  private static final int MS_SILENT = 0x8000;
  private static final int MS_PROPAGATION = 0x1E0000;
  private static final int MS_COMMANDS = MS_REMOUNT | MS_BIND | MS_MOVE | MS_REC | MS_PROPAGATION;

  /** nosuid, nodev, noexec, noatime, nodiratime, relatime, strictatime. */
  private static final int MS_OF_MOUNT_POINTS = 0x1200C0E;

  private static final int MS_EVERY_FLAG =
      Stream.of(MountOption.values()).mapToInt(o -> o.set() | o.clear()).reduce(0, (a, b) -> a | b)
          & 0x7FFFFFFF;

  /** What {@code mount(2)} can be asked to do, and which flags it then looks at. */
  enum Deed {
    REMOUNT(MS_EVERY_FLAG & ~MS_MOVE),
    BIND(MS_BIND | MS_REC),
    SPREAD(MS_EVERY_FLAG & ~MS_OF_MOUNT_POINTS),
    MOVE(MS_MOVE),
    NEW(MS_EVERY_FLAG & ~MS_COMMANDS);

    private final int about;

    Deed(int about) {
      this.about = about;
    }
  }

  /** Returns the flags that the kernel asks about. */
  static int asked(Deed deed, int flags) {
    return switch (deed) {
      case REMOUNT, NEW -> flags;
      case BIND -> flags & (MS_BIND | MS_REC);
      case SPREAD -> flags & (MS_REC | MS_SILENT | MS_PROPAGATION);
      case MOVE -> MS_MOVE;
    };
  }

  /** Returns what mount(2) does. */
  static Deed deed(int flags) {
    return (flags & MS_REMOUNT) != 0
        ? Deed.REMOUNT
        : (flags & MS_BIND) != 0
            ? Deed.BIND
            : (flags & MS_PROPAGATION) != 0
                ? Deed.SPREAD
                : (flags & MS_MOVE) != 0 ? Deed.MOVE : Deed.NEW;
  }

  /** Returns what is said of a mount; source and type empty where the kernel doesn't look. */
  Answer mount(String point, String source, String type, int flags) {
    int asked = asked(deed(flags), flags);
    return decide(MountRule.class, rule -> allows(rule, point, source, type, asked));
  }

  Answer unmount(String point) {
    return decide(
        MountRule.class,
        rule ->
            rule.operation() == MountRule.Operation.UMOUNT && matches(rule.mountPoint(), point));
  }

  Answer pivotRoot(String newRoot, String oldRoot) {
    return decide(
        PivotRootRule.class,
        rule -> matches(rule.newRoot(), newRoot) && matches(rule.oldRoot(), oldRoot));
  }

  private boolean allows(MountRule rule, String point, String source, String type, int flags) {
    if (rule.operation() == MountRule.Operation.UMOUNT) {
      return false;
    }
    boolean remount = rule.operation() == MountRule.Operation.REMOUNT;
    List<Integer> required = flags(rule, false);
    List<Integer> optional = flags(rule, true);
    if (required.isEmpty()) {
      required.add(optional.isEmpty() ? remount ? MS_REMOUNT : MS_EVERY_FLAG : 0);
    }
    if (optional.isEmpty()) {
      optional.add(
          rule.options().isEmpty()
              ? remount ? MS_EVERY_FLAG & ~(MS_MOVE | MS_REMOUNT) : MS_EVERY_FLAG
              : 0);
    }
    // What is asked does not say which deed it is: all that a rule is about may match it.
    for (int must : required) {
      for (int may : optional) {
        int all = remount ? must | MS_REMOUNT : must;
        for (Deed deed : deeds(rule, all, may)) {
          if (holdsFlags(all & deed.about, may & deed.about, flags)
              && holdsPlaces(rule, deed, point, source, type)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static List<Integer> flags(MountRule rule, boolean optional) {
    List<Integer> all = new ArrayList<>();
    for (MountRule.Options options : rule.options()) {
      if (options.optional() == optional) {
        int bits = 0;
        for (MountOption option : options.options()) {
          bits |= optional ? option.set() | option.clear() : option.set();
        }
        all.add(bits);
      }
    }
    return all;
  }

  private static List<Deed> deeds(MountRule rule, int must, int may) {
    boolean typed = !rule.fstypes().isEmpty();
    boolean both = rule.source() != null && rule.mountPoint() != null;
    List<Deed> possible = new ArrayList<>();
    if (rule.source() == null && !typed) {
      possible.add(Deed.REMOUNT);
    }
    if (!typed) {
      possible.add(Deed.BIND);
      possible.add(Deed.MOVE);
      if (!both) {
        possible.add(Deed.SPREAD);
      }
    }
    possible.add(Deed.NEW);
    if (must == 0 || must == MS_EVERY_FLAG) {
      return possible;
    }
    for (Deed first : List.of(Deed.REMOUNT, Deed.BIND, Deed.SPREAD, Deed.MOVE)) {
      int command =
          switch (first) {
            case REMOUNT -> MS_REMOUNT;
            case BIND -> MS_BIND;
            case SPREAD -> MS_PROPAGATION;
            case MOVE, NEW -> MS_MOVE;
          };
      if ((must & command) != 0 && possible.contains(first)) {
        return List.of(first);
      }
    }
    return ((must | may) & ~MS_COMMANDS) != 0 ? List.of(Deed.NEW) : List.of();
  }

  private static boolean holdsFlags(int must, int may, int flags) {
    return (flags & ~(must | may)) == 0 && (must & ~may & ~flags) == 0;
  }

  private boolean holdsPlaces(MountRule rule, Deed deed, String point, String source, String type) {
    boolean placeIsSource =
        (deed == Deed.REMOUNT || deed == Deed.SPREAD) && rule.mountPoint() == null;
    boolean sourceCounts = deed == Deed.BIND || deed == Deed.MOVE || deed == Deed.NEW;
    return matches(placeIsSource ? rule.source() : rule.mountPoint(), point)
        && (!sourceCounts || matches(rule.source(), source))
        && (deed != Deed.NEW
            || rule.fstypes().isEmpty()
            || rule.fstypes().stream().anyMatch(one -> matches(one, type)));
  }
}
