package io.github.apparmor4j.kernel;

/**
 * A profile that a kernel holds.
 *
 * @param name its name, with its namespace if it has one: {@code web}, {@code web//child}, {@code
 *     :ns:web}
 * @param mode enforce, complain, kill, unconfined or user
 */
public record LoadedProfile(String name, String mode) {

  /** Returns {@code name (mode)}, as the kernel lists it. */
  @Override
  public String toString() {
    return name + " (" + mode + ")";
  }
}
