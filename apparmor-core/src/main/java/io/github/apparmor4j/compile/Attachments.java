package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedProfile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of what attaches a profile to programs: patterns of paths and, after marks, of the values
 * of extended attributes.
 */
final class Attachments {

  private static final String FEATURE = "domain/attach_conditions/xattr";
  private static final String MARKS = "policy/outofband";

  private Attachments() {}

  /** Warns if the profile has extended attributes that the kernel won't look at. */
  static void report(Encoder out) {
    if (!out.profile.profile().xattrs().isEmpty() && !hasXattrs(out.mediation)) {
      out.downgraded(
          null,
          "attaches without looking at extended attributes",
          out.mediation.has(FEATURE) ? MARKS : FEATURE);
    }
  }

  private static boolean hasXattrs(Mediation mediation) {
    return mediation.has(FEATURE) && mediation.kernelHas(MARKS);
  }

  static KernelProfile.@Nullable Attachment of(
      ResolvedProfile profile, Mediation mediation, PolicyCompiler.Settings settings)
      throws TableBuilder.ConflictException {
    if (profile.attachments().isEmpty()) {
      return null;
    }
    Regex paths =
        Regex.choice(
            profile.attachments().stream().map(pattern -> Aare.path(pattern).regex()).toList());
    List<Profile.XattrMatch> xattrs = new ArrayList<>();
    if (hasXattrs(mediation)) {
      xattrs.addAll(profile.profile().xattrs());
      Collections.reverse(xattrs);
    }
    Regex regex =
        xattrs.isEmpty()
            ? paths
            : Regex.sequence(paths, Regex.choice(List.of(Regex.sequence(), values(xattrs))));
    EncodedRule rule =
        new EncodedRule(
            EncodedRule.Table.ATTACHMENT, regex, 0, Qualifiers.Action.ALLOW, 1, 0, true, null);
    PolicyDfa dfa =
        TableBuilder.build(EncodedRule.Table.ATTACHMENT, List.of(rule), mediation, settings);
    if (dfa == null) {
      throw new AssertionError("no automaton of " + regex);
    }
    return new KernelProfile.Attachment(
        dfa, AttachmentLength.of(paths), xattrs.stream().map(Profile.XattrMatch::name).toList());
  }

  /**
   * Returns the values of attributes, each after a mark and a NUL; the last ones may be missing.
   */
  private static Regex values(List<Profile.XattrMatch> xattrs) {
    Regex values = null;
    for (int i = xattrs.size() - 1; i >= 0; i--) {
      String pattern = xattrs.get(i).value();
      Regex value =
          Regex.sequence(
              Regex.of(ByteSet.MARK),
              RuleOutput.NUL,
              Aare.bytes(pattern == null ? "**" : pattern).regex());
      values =
          values == null
              ? value
              : Regex.sequence(value, Regex.choice(List.of(Regex.sequence(), values)));
    }
    return Objects.requireNonNull(values, "no attributes");
  }
}
