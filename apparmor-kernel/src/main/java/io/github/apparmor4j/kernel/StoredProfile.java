package io.github.apparmor4j.kernel;

import io.github.apparmor4j.profile.Profile;
import java.nio.file.Path;
import java.util.List;

/**
 * A profile, child or hat of a {@link PolicyStore}.
 *
 * @param file the file that it is in
 * @param name its name in the kernel: {@code parent//child}, with variables expanded, {@code
 *     :ns:name} in a namespace
 * @param writtenName its name as the text has it
 * @param attachments the patterns of the programs that it attaches to, with variables expanded
 * @param profile the profile as written
 * @param disabled whether {@code disable/} has a link of the file's name
 * @param forcedToComplain whether {@code force-complain/} has such a link
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
