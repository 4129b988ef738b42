package io.github.apparmor4j.access;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.stream.Stream;

/** File access: {@code file rw owner /path}. */
final class FileAccess {

  /** Each letter, for the owner of a file and for others. */
  private static final List<Domain.Right> RIGHTS =
      Stream.of(true, false)
          .flatMap(
              owner ->
                  "rwakmlx"
                      .chars()
                      .mapToObj(letter -> String.valueOf((char) letter))
                      .map(
                          letter ->
                              new Domain.Right(
                                  letter,
                                  AcceptBits.kernelUse(FilePermissions.of(letter).bits()),
                                  owner)))
          .toList();

  static final List<Domain> DOMAINS =
      List.of(
          Domain.ofPaths(
              RuleKind.FILE,
              PolicyClass.FILE,
              RIGHTS,
              Domain.PATH,
              (fields, right) ->
                  new Access.File(
                      fields.text(),
                      FilePermissions.of(right.word()),
                      right.owner() ? Ownership.OWNER : Ownership.OTHER)));

  private FileAccess() {}

  /** Reads permissions, ownership and path; with {@code ->} after the path it is a link. */
  static Access read(AccessReader in) {
    FilePermissions permissions = FilePermissions.of(in.word("permissions"));
    Ownership ownership = in.ownership();
    String path = in.word("a path");
    if (!in.accept("->")) {
      return new Access.File(path, permissions, ownership);
    }
    if (permissions.bits() != FilePermissions.LINK) {
      throw in.wrong("only 'l' has a target");
    }
    return new Access.Link(path, in.word("the link's target"), ownership);
  }

  static String words(Access.File access) {
    return "file "
        + access.permissions()
        + " "
        + AccessReader.words(access.ownership())
        + AccessReader.quoted(access.path());
  }

  /** Reads permissions, ownership and an expression. */
  static List<AccessPattern.Part> pattern(AccessReader in) {
    FilePermissions permissions = FilePermissions.of(in.word("permissions"));
    return List.of(part(in, permissions));
  }

  static AccessPattern.Part part(AccessReader in, FilePermissions permissions) {
    Ownership ownership = in.ownership();
    int wanted = AcceptBits.kernelUse(permissions.bits());
    return AccessPattern.part(
        DOMAINS.get(0),
        right ->
            (right.wanted() & wanted) != 0
                && (ownership == Ownership.ANY || right.owner() == (ownership == Ownership.OWNER)),
        AccessPattern.paths(in, "a path"));
  }

  static Rule rule(Access.File access) {
    FilePermissions asked = access.permissions();
    boolean executes = (asked.bits() & FilePermissions.EXEC) != 0;
    FilePermissions all =
        executes ? new FilePermissions(asked.bits(), FilePermissions.of("ix").exec()) : asked;
    Qualifiers own = Qualifiers.NONE.withOwnership(access.ownership());
    return new FileRule(own, Aare.quote(access.path()), all, null);
  }
}
