package io.github.apparmor4j.access;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.function.Predicate;

/** Tracing: {@code ptrace read label}. */
final class PtraceAccess {

  static final List<Domain> DOMAINS =
      List.of(
          Domain.of(
              RuleKind.PTRACE,
              PolicyClass.PTRACE,
              Domain.Right.of(PtracePermission.values()),
              Domain.NAME,
              (fields, right) ->
                  new Access.Ptrace(
                      PtracePermission.named(right.word()).orElseThrow(), fields.text())));

  private PtraceAccess() {}

  static Access read(AccessReader in) {
    return new Access.Ptrace(
        in.known("a permission", PtracePermission::named), in.word("the other task's label"));
  }

  static String words(Access.Ptrace access) {
    return "ptrace " + access.permission() + " " + AccessReader.quoted(access.peer());
  }

  static Question question(Access.Ptrace access) {
    return Question.in(PolicyClass.PTRACE).text(access.peer()).wanting(access.permission().bit());
  }

  static List<AccessPattern.Part> pattern(AccessReader in) {
    Predicate<Domain.Right> permissions =
        AccessPattern.permissionsOf(DOMAINS, in, in.word("a permission"));
    return List.of(
        AccessPattern.part(
            DOMAINS.get(0), permissions, AccessPattern.labels(in, "the other task's label")));
  }

  static Rule rule(Access.Ptrace access) {
    return PtraceRule.of(Aare.quote(access.peer()), access.permission());
  }
}
