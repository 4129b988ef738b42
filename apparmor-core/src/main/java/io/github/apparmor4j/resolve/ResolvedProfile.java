package io.github.apparmor4j.resolve;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.policy.ProfileName;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.source.SourcePlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A profile as it is in force: with includes followed and variables expanded. Immutable and
 * thread-safe.
 *
 * @param profile the profile as written
 * @param name the kernel's name: {@code parent//child}, without namespace, escapes resolved
 * @param namespace the policy namespace, or {@code null} for the current one
 * @param attachments patterns of the programs that get the profile, with variables expanded,
 *     including those that aliases add; empty for none
 * @param disconnectedPath the value of the flag {@code attach_disconnected.path}, or {@code null}
 * @param disconnectedIpcPath the value of the flag {@code attach_disconnected.ipc}, or {@code null}
 * @param rules its own rules and those that it includes, in the order of the text
 * @param children its hats and child profiles
 * @param place the place of the profile
 */
public record ResolvedProfile(
    Profile profile,
    String name,
    @Nullable String namespace,
    List<String> attachments,
    @Nullable String disconnectedPath,
    @Nullable String disconnectedIpcPath,
    List<ResolvedRule> rules,
    List<ResolvedProfile> children,
    SourcePlace place) {

  private static final String EVERYTHING = "/{**,}";

  /** Copies the lists. */
  public ResolvedProfile {
    attachments = List.copyOf(attachments);
    rules = List.copyOf(rules);
    children = List.copyOf(children);
  }

  /**
   * Returns the rules that allow any of some permissions for any path that a pattern matches, in
   * the order of the text. It answers questions such as: which rules let the profile write below
   * {@code /etc}? A rule is returned even if another rule denies all of it.
   *
   * @param pattern pattern of paths, such as {@code /etc/**}
   * @param permissions letters as in profiles; {@code w} stands for appending, too
   * @throws GlobSyntaxException if the pattern can't be read
   * @throws io.github.apparmor4j.source.TooComplexException if patterns are too complex to compare
   */
  public List<ResolvedRule> grants(String pattern, FilePermissions permissions) {
    Aare asked = Aare.path(pattern);
    int write = FilePermissions.WRITE | FilePermissions.APPEND;
    int wanted = permissions.bits() | ((permissions.bits() & write) != 0 ? write : 0);
    return rules.stream()
        .filter(rule -> rule.rule().qualifiers().action() == Qualifiers.Action.ALLOW)
        .filter(rule -> overlaps(asked, paths(rule.rule(), wanted)))
        .toList();
  }

  private static boolean overlaps(Aare asked, @Nullable String paths) {
    return paths != null && asked.overlaps(Aare.path(paths));
  }

  /**
   * Returns the pattern of the paths for which a rule gives any of some permissions, or {@code
   * null} if there are none.
   */
  private static @Nullable String paths(Rule rule, int wanted) {
    if (rule instanceof AllRule) {
      return EVERYTHING;
    }
    if (rule instanceof FileRule file && (file.permissions().bits() & wanted) != 0) {
      return file.path() == null ? EVERYTHING : file.path();
    }
    return rule instanceof LinkRule link && (wanted & FilePermissions.LINK) != 0
        ? link.path()
        : null;
  }

  /** Returns the name, split into its parts. */
  public ProfileName profileName() {
    return ProfileName.of(namespace, name);
  }

  /** Returns the profile's own part of the name; it may begin with a slash. */
  public String localName() {
    return profileName().localName();
  }
}
