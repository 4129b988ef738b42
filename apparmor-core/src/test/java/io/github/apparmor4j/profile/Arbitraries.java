package io.github.apparmor4j.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random models over everything that the language has here. */
@SuppressWarnings("exports") // jqwik is no dependency of the module
public final class Arbitraries {

  private Arbitraries() {}

  private static Arbitrary<String> text(String alphabet, int most) {
    return net.jqwik.api.Arbitraries.strings()
        .withChars(alphabet.toCharArray())
        .ofMinLength(1)
        .ofMaxLength(most);
  }

  /** Returns patterns: letters, slashes, globs, odd characters; all of them well-formed. */
  public static Arbitrary<String> paths() {
    Arbitrary<String> piece =
        net.jqwik.api.Arbitraries.of(
            "a", "b", "c", "/", "*", "**", "?", "[ab]", "[^a]", "[a-c]", "{a,b}", "{,c}", "{/,a*}",
            "#", " ", "\\\"", "!", "=", "(", ")", "'", ",", ".", "é", "\\*", "\\101", "\uDC80",
            "a,b", "->");
    return piece.list().ofMinSize(0).ofMaxSize(6).map(pieces -> "/" + String.join("", pieces));
  }

  private static Arbitrary<String> labels() {
    return net.jqwik.api.Arbitraries.oneOf(text("abc/.:&-", 6).map(s -> "l" + s), paths());
  }

  private static Arbitrary<Qualifiers> qualifiers() {
    return Combinators.combine(
            net.jqwik.api.Arbitraries.of(true, false),
            net.jqwik.api.Arbitraries.of(Qualifiers.Action.class))
        .as((audit, action) -> new Qualifiers(0, audit, action, Qualifiers.Ownership.ANY));
  }

  private static <E> Arbitrary<List<E>> some(List<E> of) {
    return net.jqwik.api.Arbitraries.of(of).list().ofMaxSize(3);
  }

  /** Returns file rules. */
  public static Arbitrary<Rule> fileRules() {
    return Combinators.combine(
            qualifiers(),
            net.jqwik.api.Arbitraries.of(Qualifiers.Ownership.class),
            net.jqwik.api.Arbitraries.integers().between(-2, 2),
            paths(),
            net.jqwik.api.Arbitraries.of("r", "rw", "a", "l", "k", "m", "rwkl", "mr", "x"),
            net.jqwik.api.Arbitraries.of("", "Px", "ix", "cx", "ux", "Pix", "cux"),
            labels().injectNull(0.6))
        .as(
            (q, owner, priority, path, letters, exec, target) -> {
              Qualifiers all = new Qualifiers(priority, q.audit(), q.action(), owner);
              boolean bareExec = letters.equals("x");
              String permissions = all.isDeny() ? letters : (bareExec ? "r" : letters) + exec;
              FilePermissions parsed = FilePermissions.of(permissions);
              boolean path2 = target != null && target.startsWith("/");
              String to = parsed.exec() != null || path2 ? target : null;
              return new FileRule(all, path, parsed, to);
            });
  }

  /** Returns rules of every kind. */
  public static Arbitrary<Rule> rules() {
    Arbitrary<Rule> capability =
        Combinators.combine(qualifiers(), some(Arrays.asList(Capability.values())))
            .as(CapabilityRule::new);
    Arbitrary<Rule> network =
        Combinators.combine(
                qualifiers(),
                some(Arrays.asList(NetworkPermission.values())),
                net.jqwik.api.Arbitraries.of(NetworkFamily.class).injectNull(0.3),
                net.jqwik.api.Arbitraries.of(SocketType.class).injectNull(0.3))
            // "network packet" alone names the family
            .as(
                (q, permissions, family, type) ->
                    new NetworkRule(
                        q,
                        permissions,
                        family,
                        family == null && type == SocketType.PACKET ? null : type,
                        null));
    Arbitrary<Rule> signal =
        Combinators.combine(
                qualifiers(),
                some(Arrays.asList(SignalPermission.values())),
                some(List.of(new Signal(1), new Signal(9), new Signal(35), new Signal(130))),
                labels().injectNull(0.3))
            .as(SignalRule::new);
    Arbitrary<Rule> ptrace =
        Combinators.combine(
                qualifiers(),
                some(Arrays.asList(PtracePermission.values())),
                labels().injectNull(0.3))
            .as(PtraceRule::new);
    Arbitrary<Rule> mount =
        Combinators.combine(
                qualifiers(),
                net.jqwik.api.Arbitraries.of(MountRule.Operation.class),
                some(List.of("ext4", "a,b", "{x,y}", "tmp fs")),
                some(
                    List.of(
                        new MountRule.Options(false, List.of(MountOption.RO)),
                        new MountRule.Options(true, List.of(MountOption.NODEV, MountOption.RW)),
                        new MountRule.Options(false, List.of(MountOption.RBIND)))),
                paths().injectNull(0.3),
                paths().injectNull(0.3))
            .as(
                (q, operation, types, options, source, point) ->
                    new MountRule(
                        q,
                        operation,
                        operation == MountRule.Operation.MOUNT ? types : List.of(),
                        options,
                        operation == MountRule.Operation.MOUNT ? source : null,
                        point));
    Arbitrary<Rule> pivot =
        Combinators.combine(
                qualifiers(),
                paths().injectNull(0.3),
                paths().injectNull(0.3),
                labels().injectNull(0.5))
            .as(PivotRootRule::new);
    Arbitrary<Rule> link =
        Combinators.combine(
                qualifiers(), net.jqwik.api.Arbitraries.of(true, false), paths(), paths())
            .as(LinkRule::new);
    return net.jqwik.api.Arbitraries.oneOf(
        fileRules(),
        fileRules(),
        fileRules(),
        capability,
        network,
        signal,
        ptrace,
        mount,
        pivot,
        link,
        sockets(),
        ofOtherKinds());
  }

  private static Arbitrary<Rule> sockets() {
    Arbitrary<Endpoint> endpoints =
        Combinators.combine(
                net.jqwik.api.Arbitraries.of("10.0.0.1", "::1", "fe80::1:2", "none")
                    .injectNull(0.5),
                net.jqwik.api.Arbitraries.of(new Endpoint.Ports(0, 0), new Endpoint.Ports(22, 443))
                    .injectNull(0.5),
                labels().injectNull(0.5))
            .as((ip, ports, label) -> new Endpoint(ip, ports, null, label, null));
    Arbitrary<Rule> network =
        Combinators.combine(qualifiers(), endpoints, endpoints)
            .as((q, own, peer) -> NetworkRule.all().withQualifiers(q).between(own, peer));
    Arbitrary<String> addresses =
        net.jqwik.api.Arbitraries.oneOf(
            net.jqwik.api.Arbitraries.of("none", "auto"), paths().map(p -> "@" + p.substring(1)));
    Arbitrary<Rule> unix =
        Combinators.combine(
                qualifiers(),
                some(List.of(NetworkPermission.SEND, NetworkPermission.ACCEPT)),
                net.jqwik.api.Arbitraries.of(SocketType.class).injectNull(0.5),
                addresses.injectNull(0.5),
                addresses.injectNull(0.5),
                labels().injectNull(0.5))
            .as(UnixRule::new);
    Arbitrary<Rule> dbus =
        Combinators.combine(
                qualifiers(),
                some(List.of(DbusPermission.SEND, DbusPermission.RECEIVE)),
                paths().injectNull(0.5),
                labels().injectNull(0.5),
                labels().injectNull(0.5),
                labels().injectNull(0.5))
            .as(
                (q, permissions, path, member, name, label) ->
                    new DbusRule(q, permissions, "system", path, null, member, null, name, label));
    return net.jqwik.api.Arbitraries.oneOf(network, unix, dbus);
  }

  private static Arbitrary<Rule> ofOtherKinds() {
    Arbitrary<Rule> change =
        Combinators.combine(
                qualifiers(),
                net.jqwik.api.Arbitraries.of(true, false),
                paths().injectNull(0.5),
                labels().injectNull(0.3))
            .as(
                (q, unsafe, program, target) ->
                    new ChangeProfileRule(q, unsafe && program != null, program, target));
    Arbitrary<Rule> queue =
        Combinators.combine(
                qualifiers(),
                some(Arrays.asList(MqueuePermission.values())),
                labels().injectNull(0.5),
                net.jqwik.api.Arbitraries.oneOf(paths(), net.jqwik.api.Arbitraries.of("12"))
                    .injectNull(0.5))
            .as((q, permissions, label, name) -> new MqueueRule(q, permissions, null, label, name));
    Arbitrary<Rule> ring =
        Combinators.combine(
                qualifiers(),
                some(Arrays.asList(IoUringPermission.values())),
                labels().injectNull(0.5))
            .as(IoUringRule::new);
    Arbitrary<Rule> limit =
        Combinators.combine(
                net.jqwik.api.Arbitraries.of(
                    RlimitRule.Resource.AS, RlimitRule.Resource.NOFILE, RlimitRule.Resource.CPU),
                net.jqwik.api.Arbitraries.longs().between(0, 5000))
            .as(RlimitRule::of);
    return net.jqwik.api.Arbitraries.oneOf(
        change,
        queue,
        ring,
        limit,
        qualifiers().map(AllRule::new),
        qualifiers().map(UsernsRule::new));
  }

  private static Arbitrary<Condition> conditions(int depth) {
    Arbitrary<Condition> plain =
        net.jqwik.api.Arbitraries.of(
            new Condition.Constant(true),
            new Condition.BooleanVariable("b"),
            new Condition.Defined("v", false),
            new Condition.Defined("b", true),
            new Condition.Comparison("@{v}", Condition.Operator.LESS_OR_EQUAL, "10"),
            new Condition.Comparison("/a b", Condition.Operator.IN, "@{v}"));
    if (depth == 0) {
      return plain;
    }
    Arbitrary<Condition> inner = conditions(depth - 1);
    return net.jqwik.api.Arbitraries.oneOf(
        plain,
        inner.map(Condition.Not::new),
        inner.filter(c -> !(c instanceof Condition.All)).list().ofSize(2).map(Condition.All::new),
        inner.filter(c -> !(c instanceof Condition.Any)).list().ofSize(2).map(Condition.Any::new));
  }

  /** Returns blocks and conditionals, nested down to a depth. */
  private static Arbitrary<ProfileElement> blocks(int depth) {
    Arbitrary<List<ProfileElement>> bodies = bodies(depth);
    return net.jqwik.api.Arbitraries.oneOf(
        Combinators.combine(qualifiers(), bodies)
            .as((q, body) -> (ProfileElement) new RuleBlock(q, body)),
        Combinators.combine(
                conditions(2), bodies, conditions(1).injectNull(0.5), bodies.injectNull(0.5))
            .as(
                (first, body, second, otherwise) -> {
                  List<Conditional.Branch> branches = new ArrayList<>();
                  branches.add(new Conditional.Branch(first, body));
                  if (second != null) {
                    branches.add(new Conditional.Branch(second, body));
                  }
                  return (ProfileElement) new Conditional(branches, otherwise);
                }));
  }

  private static Arbitrary<List<ProfileElement>> bodies(int depth) {
    Arbitrary<ProfileElement> inner =
        depth == 0
            ? elements()
            : net.jqwik.api.Arbitraries.frequencyOf(
                Tuple.of(4, elements()), Tuple.of(1, blocks(depth - 1)));
    return inner.list().ofMaxSize(4).map(Arbitraries::lines);
  }

  private static Arbitrary<Comment> comments() {
    return Combinators.combine(
            text("abc #{},\"\t", 8).map(s -> " " + s), net.jqwik.api.Arbitraries.of(true, false))
        .as(Comment::new);
  }

  private static Arbitrary<ProfileElement> elements() {
    return net.jqwik.api.Arbitraries.frequencyOf(
        Tuple.of(6, rules().map(rule -> (ProfileElement) rule)),
        Tuple.of(2, comments().map(comment -> (ProfileElement) comment)),
        Tuple.of(
            1,
            text("abc/. ", 6)
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .map(path -> (ProfileElement) Include.ifExists(path))));
  }

  /** Returns profiles, with children down to a depth. */
  public static Arbitrary<Profile> profiles(int depth) {
    Arbitrary<List<ProfileElement>> children =
        depth == 0
            ? net.jqwik.api.Arbitraries.just(List.of())
            : profiles(depth - 1).map(child -> (ProfileElement) child).list().ofMaxSize(1);
    return Combinators.combine(
            net.jqwik.api.Arbitraries.of(Profile.Kind.class),
            text("abc .,{}*\\?\"=", 5).map(s -> "p" + s.replace("\\", "").replace("\"", "\\\"")),
            paths().injectNull(0.5),
            net.jqwik.api.Arbitraries.of(
                List.<ProfileFlag>of(),
                List.of(ProfileFlag.of(ProfileFlag.Kind.COMPLAIN)),
                List.of(
                    ProfileFlag.of(ProfileFlag.Kind.AUDIT),
                    new ProfileFlag(ProfileFlag.Kind.ATTACH_DISCONNECTED_PATH, "/x=y"))),
            net.jqwik.api.Arbitraries.oneOf(elements().list().ofMaxSize(8), bodies(2)),
            children)
        .as(
            (kind, name, attachment, flags, elements, kids) -> {
              List<ProfileElement> all = new ArrayList<>(elements);
              all.addAll(kids);
              return new Profile(
                  kind, name, attachment, xattrs(kind), List.of(), flags, lines(all));
            });
  }

  private static List<Profile.XattrMatch> xattrs(Profile.Kind kind) {
    return kind == Profile.Kind.HAT
        ? List.of()
        : List.of(
            new Profile.XattrMatch("user.a", "b{c,d}"), new Profile.XattrMatch("security.x", null));
  }

  /** Returns whole files. */
  public static Arbitrary<ProfileFile> files() {
    Arbitrary<FileElement> preamble =
        net.jqwik.api.Arbitraries.oneOf(
            comments().map(comment -> (FileElement) comment),
            net.jqwik.api.Arbitraries.just((FileElement) AbiRule.of("abi/4.0")),
            Combinators.combine(paths(), paths()).as((a, b) -> (FileElement) new Alias(a, b)),
            conditions(2)
                .map(
                    c ->
                        (FileElement)
                            new BooleanAssignment("b", VariableAssignment.Operator.OVERRIDE, c)),
            Combinators.combine(
                    text("abc", 3),
                    net.jqwik.api.Arbitraries.of(VariableAssignment.Operator.class),
                    net.jqwik.api.Arbitraries.oneOf(
                            paths(), net.jqwik.api.Arbitraries.of("", "#", "a,b", "x y", "\\\""))
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(3))
                .as(
                    (name, operator, values) ->
                        (FileElement) new VariableAssignment(name, operator, values)));
    return Combinators.combine(preamble.list().ofMaxSize(4), profiles(2).list().ofMaxSize(2))
        .as(
            (before, profiles) -> {
              List<FileElement> all = new ArrayList<>(before);
              all.addAll(profiles);
              List<FileElement> lined = lines(all);
              if (!lined.isEmpty() && lined.get(0) instanceof Comment first) {
                lined.set(0, new Comment(first.text(), false));
              }
              return new ProfileFile(lined);
            });
  }

  // Of two comments in a row the second can't be a trailing one, and none can behind a comment on
  // its own line.
  private static <E> List<E> lines(List<E> elements) {
    List<E> lined = new ArrayList<>();
    boolean comment = false;
    for (E element : elements) {
      boolean isComment = element instanceof Comment;
      if (isComment && comment) {
        continue;
      }
      lined.add(element);
      comment = isComment;
    }
    return lined;
  }
}
