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
        link);
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
                    new ProfileFlag(ProfileFlag.Kind.ATTACH_DISCONNECTED_PATH, "/x y"))),
            elements().list().ofMaxSize(8),
            children)
        .as(
            (kind, name, attachment, flags, elements, kids) -> {
              List<ProfileElement> all = new ArrayList<>(elements);
              all.addAll(kids);
              return new Profile(kind, name, attachment, flags, lines(all));
            });
  }

  /** Returns whole files. */
  public static Arbitrary<ProfileFile> files() {
    Arbitrary<FileElement> preamble =
        net.jqwik.api.Arbitraries.oneOf(
            comments().map(comment -> (FileElement) comment),
            net.jqwik.api.Arbitraries.just((FileElement) AbiRule.of("abi/4.0")),
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
