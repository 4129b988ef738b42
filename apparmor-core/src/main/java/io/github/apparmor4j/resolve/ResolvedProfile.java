package io.github.apparmor4j.resolve;

import io.github.apparmor4j.policy.ProfileName;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.source.SourcePlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A profile in force.
 *
 * @param profile as written
 * @param name the kernel's name: {@code parent//child}, without namespace, escapes resolved
 * @param namespace the policy namespace, or {@code null} for the current one
 * @param attachments patterns of the programs that get it, variables expanded, those by aliases
 *     too; empty for none
 * @param disconnectedPath the value of the flag {@code attach_disconnected.path}, or {@code null}
 * @param disconnectedIpcPath the value of the flag {@code attach_disconnected.ipc}, or {@code null}
 * @param rules its own and those that it includes, in the order of the text
 * @param children its hats and child profiles
 * @param place of the profile
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

  /** Copies the lists. */
  public ResolvedProfile {
    attachments = List.copyOf(attachments);
    rules = List.copyOf(rules);
    children = List.copyOf(children);
  }

  /** Returns the name in its parts. */
  public ProfileName profileName() {
    return ProfileName.of(namespace, name);
  }

  /** Returns the profile's own part of the name; it may begin with a slash. */
  public String localName() {
    return profileName().localName();
  }
}
