package io.github.apparmor4j.kernel;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A profile that a kernel holds.
 *
 * @param name its name, with its namespace if it has one: {@code web}, {@code web//child}, {@code
 *     :ns:web}
 * @param mode enforce, complain, kill, unconfined or user
 */
public record LoadedProfile(String name, String mode) {

  /** Returns the names of profiles. */
  static Set<String> names(Collection<LoadedProfile> profiles) {
    return profiles.stream().map(LoadedProfile::name).collect(Collectors.toSet());
  }

  /** Returns {@code name (mode)}, as the kernel lists it. */
  @Override
  public String toString() {
    return name + " (" + mode + ")";
  }
}
