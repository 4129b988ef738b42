package io.github.apparmor4j.container;

import io.github.apparmor4j.profile.Profile;
import java.util.Objects;

/**
 * Which profile a container gets. No runtime takes a profile's text: each takes the name of one
 * that is in the kernel already.
 */
public sealed interface ProfileRef {

  /** The runtime's own default. */
  record RuntimeDefault() implements ProfileRef {}

  /** No confinement. */
  record Unconfined() implements ProfileRef {}

  /**
   * A profile in the kernel.
   *
   * @param name as the kernel lists it; without {@code localhost/}, which some runtimes put before
   *     it
   */
  record Named(String name) implements ProfileRef {

    /** Rejects names that a runtime would misread. */
    public Named {
      Objects.requireNonNull(name, "name");
      if (name.isEmpty() || !name.equals(name.strip())) {
        throw new IllegalArgumentException("name is empty or padded: '" + name + "'");
      }
      if (name.startsWith("localhost/")) {
        throw new IllegalArgumentException("name without 'localhost/', please: " + name);
      }
      if (name.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("name holds a control character");
      }
      if (name.equals("unconfined")) {
        throw new IllegalArgumentException("'unconfined' is no profile's name");
      }
    }
  }

  /** Returns the runtime's own default. */
  static ProfileRef runtimeDefault() {
    return new RuntimeDefault();
  }

  /** Returns no confinement. */
  static ProfileRef unconfined() {
    return new Unconfined();
  }

  /** Returns a profile by name. */
  static ProfileRef named(String name) {
    return new Named(name);
  }

  /** Returns a profile by its own name, so that the two can't differ. */
  static ProfileRef of(Profile profile) {
    return new Named(profile.name());
  }
}
