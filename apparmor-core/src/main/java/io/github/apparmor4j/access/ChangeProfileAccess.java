package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.ProfileName;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Changes of profile that the task itself asks for: {@code change_profile label}, {@code
 * change_profile /program -> label} for the next execution, {@code change_hat name}.
 */
final class ChangeProfileAccess {

  private static final String AND = "//&";

  static final List<Domain> DOMAINS =
      List.of(
          Domain.of(
              RuleKind.CHANGE_PROFILE,
              PolicyClass.FILE,
              List.of(new Domain.Right("", AcceptBits.KERNEL_CHANGE_PROFILE, true)),
              Domain.NAME,
              (fields, right) -> new Access.ChangeProfile(fields.text(), null)),
          Domain.ofPaths(
              RuleKind.CHANGE_PROFILE,
              PolicyClass.FILE,
              List.of(new Domain.Right("", AcceptBits.KERNEL_CHANGE_ON_EXEC, true)),
              Regex.sequence(Domain.PATH, Domain.NUL, Domain.NAME),
              (fields, right) -> {
                String program = fields.text();
                return new Access.ChangeProfile(fields.text(), program);
              }));

  private ChangeProfileAccess() {}

  static Access read(AccessReader in, String kind) {
    if (kind.equals("change_hat")) {
      return new Access.ChangeHat(in.word("a hat"));
    }
    String first = in.word("a label");
    return in.accept("->")
        ? new Access.ChangeProfile(in.word("a label"), first)
        : new Access.ChangeProfile(first, null);
  }

  static String words(Access.ChangeProfile access) {
    return "change_profile "
        + (access.program() == null ? "" : AccessReader.quoted(access.program()) + " -> ")
        + AccessReader.quoted(access.target());
  }

  static String words(Access.ChangeHat access) {
    return "change_hat " + AccessReader.quoted(access.hat());
  }

  /** Returns the strings that the file table must allow, all of them. */
  static List<byte[]> strings(Access.ChangeProfile access, Evaluator tables) {
    byte[] whole = string(access, access.target());
    int part = access.target().indexOf(AND);
    // For a stack of profiles, the whole label is tried first, then each profile in it.
    if (part <= 0 || tables.file(whole, true).allows(wanted(access))) {
      return List.of(whole);
    }
    return Arrays.stream(access.target().split(AND, -1))
        .map(label -> string(access, label))
        .toList();
  }

  private static byte[] string(Access.ChangeProfile access, String label) {
    byte[] target = SourceText.encode(label);
    return access.program() == null
        ? target
        : Evaluator.pair(SourceText.encode(access.program()), target);
  }

  static int wanted(Access.ChangeProfile access) {
    return access.program() == null
        ? AcceptBits.KERNEL_CHANGE_PROFILE
        : AcceptBits.KERNEL_CHANGE_ON_EXEC;
  }

  /** Returns whether a profile has a hat; for a hat, whether its parent has it. */
  static boolean hasHat(
      KernelProfile profile, Access.ChangeHat access, Collection<KernelProfile> loaded) {
    ProfileName name = profile.profileName();
    boolean hat = (profile.behavior().flags() & KernelProfile.FLAG_HAT) != 0;
    ProfileName wanted = (hat ? name.parent().orElse(name) : name).child(access.hat());
    return loaded.stream()
        .anyMatch(
            each ->
                each.profileName().equals(wanted)
                    && (each.behavior().flags() & KernelProfile.FLAG_HAT) != 0);
  }

  static List<AccessPattern.Part> pattern(AccessReader in) {
    return List.of(
        AccessPattern.part(DOMAINS.get(0), right -> true, AccessPattern.labels(in, "a label")));
  }

  static Rule rule(Access.ChangeProfile access) {
    String program = access.program() == null ? null : Aare.quote(access.program());
    return new ChangeProfileRule(Qualifiers.NONE, false, program, Aare.quote(access.target()));
  }
}
