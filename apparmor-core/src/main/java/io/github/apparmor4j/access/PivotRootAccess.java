package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.MountFlags;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;

/** {@code pivot_root /new/ /new/old/}. */
final class PivotRootAccess {

  static final List<Domain> DOMAINS =
      List.of(
          Domain.ofPaths(
              RuleKind.PIVOT_ROOT,
              PolicyClass.MOUNT,
              List.of(new Domain.Right("", MountFlags.PIVOT_ROOT_PERMISSION, true)),
              Regex.sequence(Domain.DIRECTORY, Domain.NUL, Domain.DIRECTORY),
              (fields, right) -> new Access.PivotRoot(fields.text(), fields.text())));

  private PivotRootAccess() {}

  static Access read(AccessReader in) {
    return new Access.PivotRoot(in.word("the new root"), in.word("where the old root goes"));
  }

  static String words(Access.PivotRoot access) {
    return "pivot_root "
        + AccessReader.quoted(access.newRoot())
        + " "
        + AccessReader.quoted(access.oldRoot());
  }

  static Question question(Access.PivotRoot access) {
    return Question.in(PolicyClass.MOUNT)
        .text(access.newRoot())
        .code(0)
        .text(access.oldRoot())
        .wanting(MountFlags.PIVOT_ROOT_PERMISSION);
  }

  static Rule rule(Access.PivotRoot access) {
    return new PivotRootRule(
        Qualifiers.NONE, Aare.quote(access.oldRoot()), Aare.quote(access.newRoot()), null);
  }
}
