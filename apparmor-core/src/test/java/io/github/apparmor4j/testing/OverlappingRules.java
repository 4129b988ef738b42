package io.github.apparmor4j.testing;

import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.profile.UsernsRule;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Random rules over small alphabets, so that they overlap, and the paths and names to ask about.
 */
@SuppressWarnings("exports") // jqwik is no dependency of the module
public final class OverlappingRules {

  private OverlappingRules() {}

  /** Paths that rules overlap on. */
  public static final List<String> PATHS =
      List.of(
          "/", "/a", "/b", "/c", "/aa", "/ab", "/ba", "/a/", "/a/a", "/a/b", "/b/a/", "/b/c/a",
          "/a/b/c/", "/abc", "/c/cb/a");

  /** Names and labels that rules overlap on. */
  public static final List<String> NAMES = List.of("a", "b", "ab", "c/a", "ba");

  private static Arbitrary<String> pieces(String first, String... pieces) {
    return Arbitraries.of(pieces)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(all -> first + String.join("", all))
        .filter(glob -> !glob.contains("//") && !glob.contains("/{/") && !glob.contains("}//"));
  }

  /** Patterns that no field of a string ends in the middle of: without complements. */
  private static Arbitrary<String> paths() {
    return pieces("/", "a", "b", "/", "*", "**", "?", "[ab]", "{a,b}", "{,c}", "{b,{a,}c}/");
  }

  private static Arbitrary<String> names() {
    return pieces("", "a", "b", "*", "**", "[a-c]", "{a,c/}");
  }

  private static Arbitrary<Qualifiers> qualifiers() {
    return Combinators.combine(
            Arbitraries.of(0, 0, 0, 1, -1),
            Arbitraries.of(true, false),
            Arbitraries.of(
                Qualifiers.Action.ALLOW,
                Qualifiers.Action.ALLOW,
                Qualifiers.Action.DENY,
                Qualifiers.Action.PROMPT))
        .as((priority, audit, act) -> new Qualifiers(priority, audit, act, ANYBODY));
  }

  private static final Qualifiers.Ownership ANYBODY = Qualifiers.Ownership.ANY;

  private static <E> Arbitrary<List<E>> some(E[] of) {
    return Arbitraries.of(of).list().ofMaxSize(3);
  }

  private static Arbitrary<Rule> files() {
    Arbitrary<String> patterns =
        Arbitraries.oneOf(paths(), pieces("/", "a", "b", "[^a]", "*", "/", "?"));
    return Combinators.combine(
            qualifiers(),
            Arbitraries.of(Qualifiers.Ownership.class),
            patterns,
            Arbitraries.of("r", "w", "a", "k", "m", "rw", "rl", "mrk", "wkl"),
            Arbitraries.of("", "", "", "Px", "ix", "ix", "cx", "Pix", "CUx", "Px -> t", "cx -> u"))
        .as(
            (q, owner, path, letters, exec) -> {
              String[] words = exec.split(" -> ", -1);
              boolean plain = q.action() != Qualifiers.Action.ALLOW;
              String mode =
                  exec.isEmpty() || q.action() == Qualifiers.Action.PROMPT
                      ? ""
                      : plain ? "x" : words[0];
              return new FileRule(
                  q.withOwnership(owner),
                  path,
                  FilePermissions.of(letters + mode),
                  plain || words.length == 1 ? null : words[1]);
            });
  }

  private static Arbitrary<Rule> others() {
    Arbitrary<Qualifiers> qs = qualifiers();
    Arbitrary<Rule> capability =
        Combinators.combine(qs, some(Capability.values()))
            .as((q, all) -> new CapabilityRule(q.withPriority(0), all));
    Arbitrary<Rule> network =
        Combinators.combine(
                qs,
                some(NetworkPermission.values()),
                Arbitraries.of(NetworkFamily.INET, NetworkFamily.NETLINK),
                Arbitraries.of(SocketType.STREAM, SocketType.RAW).injectNull(0.3))
            .as(
                (q, all, family, type) ->
                    new NetworkRule(q.withPriority(0), all, family, type, null));
    Arbitrary<Rule> signal =
        Combinators.combine(
                qs,
                some(SignalPermission.values()),
                some(new Signal[] {new Signal(1), new Signal(9), new Signal(130)}),
                names().injectNull(0.3))
            .as(SignalRule::new);
    Arbitrary<Rule> ptrace =
        Combinators.combine(qs, some(PtracePermission.values()), names().injectNull(0.3))
            .as(PtraceRule::new);
    Arbitrary<Rule> change =
        Combinators.combine(
                qs.map(q -> q.withAudit(false)), paths().injectNull(0.5), names().injectNull(0.3))
            .as((q, program, target) -> new ChangeProfileRule(q, false, program, target));
    Arbitrary<Rule> link =
        Combinators.combine(qs, Arbitraries.of(true, false), paths(), paths()).as(LinkRule::new);
    Arbitrary<Rule> objects =
        Arbitraries.oneOf(
            qs.map(UsernsRule::new),
            Combinators.combine(qs, some(IoUringPermission.values()), names().injectNull(0.5))
                .as(IoUringRule::new),
            Combinators.combine(
                    qs,
                    some(MqueuePermission.values()),
                    names().injectNull(0.5),
                    Arbitraries.oneOf(paths(), Arbitraries.of("7", "258")).injectNull(0.3))
                .as((q, all, label, name) -> new MqueueRule(q, all, null, label, name)));
    return Arbitraries.oneOf(
        capability, network, signal, ptrace, change, link, objects, unix(qs), dbus(qs), mounts(qs));
  }

  private static Arbitrary<Rule> unix(Arbitrary<Qualifiers> qs) {
    Arbitrary<String> addresses =
        Arbitraries.oneOf(names().map(name -> "@" + name), Arbitraries.of("none")).injectNull(0.5);
    return Combinators.combine(
            qs,
            some(NetworkPermission.values()),
            Arbitraries.of(SocketType.STREAM).injectNull(0.5),
            addresses,
            addresses,
            names().injectNull(0.5))
        .as(
            (q, all, type, own, peer, label) -> {
              boolean peers = all.stream().allMatch(NetworkPermission::hasPeer);
              return new UnixRule(q, all, type, own, peers ? peer : null, peers ? label : null);
            });
  }

  private static Arbitrary<Rule> dbus(Arbitrary<Qualifiers> qs) {
    Arbitrary<Rule> message =
        Combinators.combine(
                qs,
                some(new DbusPermission[] {DbusPermission.SEND, DbusPermission.RECEIVE}),
                names().injectNull(0.5),
                paths().injectNull(0.5),
                names().injectNull(0.5),
                names().injectNull(0.5),
                names().injectNull(0.5))
            .as(
                (q, all, bus, path, member, name, label) ->
                    new DbusRule(q, all, bus, path, null, member, null, name, label));
    Arbitrary<Rule> name =
        Combinators.combine(qs, names().injectNull(0.5), names())
            .as(
                (q, bus, own) ->
                    new DbusRule(q, List.of(), bus, null, null, null, own, null, null));
    Arbitrary<Rule> any =
        Combinators.combine(qs, names().injectNull(0.5))
            .as((q, bus) -> new DbusRule(q, List.of(), bus, null, null, null, null, null, null));
    return Arbitraries.oneOf(message, message, name, any);
  }

  private static Arbitrary<Rule> mounts(Arbitrary<Qualifiers> qs) {
    Arbitrary<List<MountRule.Options>> options =
        Combinators.combine(
                Arbitraries.of(true, false),
                Arbitraries.of(
                        MountOption.RO,
                        MountOption.NODEV,
                        MountOption.RW,
                        MountOption.RBIND,
                        MountOption.BIND,
                        MountOption.MOVE,
                        MountOption.REMOUNT,
                        MountOption.SLAVE)
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(3)
                    .filter(all -> !all.containsAll(List.of(MountOption.RO, MountOption.RW))))
            .as(MountRule.Options::new)
            .list()
            .ofMaxSize(2);
    Arbitrary<Rule> mount =
        Combinators.combine(
                qs,
                Arbitraries.of("a", "{a,b}").list().ofMaxSize(1),
                options,
                paths().injectNull(0.4),
                paths().injectNull(0.4))
            .as(
                (q, types, list, source, point) ->
                    new MountRule(q, MountRule.Operation.MOUNT, types, list, source, point));
    Arbitrary<Rule> others =
        Combinators.combine(
                qs,
                Arbitraries.of(MountRule.Operation.REMOUNT, MountRule.Operation.UMOUNT),
                paths().injectNull(0.3))
            .as((q, what, point) -> new MountRule(q, what, List.of(), List.of(), null, point));
    Arbitrary<Rule> pivot =
        Combinators.combine(qs, paths().injectNull(0.3), paths().injectNull(0.3))
            .as((q, to, from) -> new PivotRootRule(q, to, from, null));
    return Arbitraries.oneOf(mount, mount, others, pivot);
  }

  /** Returns rules about files, {@link #PATHS} above all. */
  public static Arbitrary<List<Rule>> ofFiles() {
    return files().list().ofMinSize(1).ofMaxSize(5);
  }

  /** Returns rules of every other kind. */
  public static Arbitrary<List<Rule>> ofOthers() {
    return others().list().ofMinSize(1).ofMaxSize(8);
  }
}
