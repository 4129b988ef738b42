package io.github.apparmor4j.kernel;

import io.github.apparmor4j.profile.Profile;
import java.nio.file.Path;
import java.util.List;

/**
 * A profile, child or hat of a {@link PolicyStore}.
 *
 * @param file that it stands in
 * @param name the kernel's: {@code parent//child}, variables expanded, {@code :ns:name} in a
 *     namespace
 * @param writtenName the same as the text has it
 * @param attachments patterns of the programs that get it, variables expanded
 * @param profile as written
 * @param disabled whether {@code disable/} has a link of the file's name
 * @param forcedToComplain whether {@code force-complain/} has one
 */
public record StoredProfile(
    Path file,
    String name,
    String writtenName,
    List<String> attachments,
    Profile profile,
    boolean disabled,
    boolean forcedToComplain) {

  /** Copies the list. */
  public StoredProfile {
    attachments = List.copyOf(attachments);
  }

  /** Returns whether it is a child or a hat of another. */
  public boolean isChild() {
    return !writtenName.equals(profile.name());
  }
}
