package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.stream.Stream;

/** Hard links: {@code link owner /path /target}. */
final class LinkAccess {

  /** Pairs of paths; whether the new path may be a link at all is a question about a file. */
  static final List<Domain> DOMAINS =
      List.of(
          Domain.ofPaths(
              RuleKind.LINK,
              PolicyClass.FILE,
              Stream.of(true, false)
                  .map(owner -> new Domain.Right("", AcceptBits.KERNEL_LINK, owner))
                  .toList(),
              Regex.sequence(Domain.PATH, Domain.NUL, Domain.PATH),
              (fields, right) ->
                  new Access.Link(
                      fields.text(),
                      fields.text(),
                      right.owner() ? Ownership.OWNER : Ownership.OTHER)));

  private LinkAccess() {}

  static Access read(AccessReader in) {
    Ownership ownership = in.ownership();
    String path = in.word("a path");
    in.accept("->");
    return new Access.Link(path, in.word("the link's target"), ownership);
  }

  static String words(Access.Link access) {
    return "link "
        + AccessReader.words(access.ownership())
        + AccessReader.quoted(access.path())
        + " "
        + AccessReader.quoted(access.target());
  }

  static List<AccessPattern.Part> pattern(AccessReader in) {
    Ownership ownership = in.ownership();
    return List.of(
        AccessPattern.part(
            DOMAINS.get(0),
            right -> ownership == Ownership.ANY || right.owner() == (ownership == Ownership.OWNER),
            Regex.sequence(
                AccessPattern.paths(in, "a path"),
                Domain.NUL,
                AccessPattern.paths(in, "the link's target"))));
  }

  static Rule rule(Access.Link access) {
    return LinkRule.of(Aare.quote(access.path()), Aare.quote(access.target()))
        .withQualifiers(Qualifiers.NONE.withOwnership(access.ownership()));
  }
}
