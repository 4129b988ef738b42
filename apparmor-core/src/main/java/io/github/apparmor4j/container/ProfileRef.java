package io.github.apparmor4j.container;

import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import java.util.List;
import java.util.Objects;

/**
 * Which profile a container gets. No runtime takes a profile's text: each takes the name of one
 * that is in the kernel already. So a reference comes from a policy that was compiled and can be
 * loaded, or says that someone else loads it: {@link #external(String)}.
 */
public sealed interface ProfileRef {

  /** The runtime's own default. */
  record RuntimeDefault() implements ProfileRef {}

  /** No confinement. */
  record Unconfined() implements ProfileRef {}

  /** A profile in the kernel. */
  sealed interface Named extends ProfileRef {

    /**
     * Returns its name as the kernel lists it; without {@code localhost/}, which some runtimes put
     * before it.
     */
    String name();
  }

  /**
   * A profile of a policy that is to be loaded.
   *
   * @param policy to be loaded before the container starts
   * @param name of a profile in it, {@code :namespace:name} if it is for a namespace
   */
  record Compiled(CompiledPolicy policy, String name) implements Named {

    /** Rejects names that the policy doesn't have, and those that a runtime would misread. */
    public Compiled {
      Objects.requireNonNull(policy, "policy");
      requireName(name);
      if (policy.profiles().stream().noneMatch(profile -> profile.qualifiedName().equals(name))) {
        throw new IllegalArgumentException("the policy has no profile " + name);
      }
    }
  }

  /**
   * A profile that someone else loads.
   *
   * @param name as the kernel lists it
   */
  record External(String name) implements Named {

    /** Rejects names that a runtime would misread. */
    public External {
      requireName(name);
    }
  }

  private static void requireName(String name) {
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
      throw new IllegalArgumentException("'unconfined' is not a profile's name");
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

  /** Returns a profile that someone else loads, by its name in the kernel. */
  static Named external(String name) {
    return new External(name);
  }

  /**
   * Returns the profile of a policy.
   *
   * @throws IllegalArgumentException if there are several besides children and hats; {@link
   *     #of(CompiledPolicy, String)} tells them apart
   */
  static Compiled of(CompiledPolicy policy) {
    List<String> names =
        policy.profiles().stream()
            .map(KernelProfile::qualifiedName)
            .filter(name -> !name.contains("//") || name.startsWith("//"))
            .toList();
    if (names.size() != 1) {
      throw new IllegalArgumentException("which one of " + names + "?");
    }
    return new Compiled(policy, names.get(0));
  }

  /**
   * Returns a profile of a policy.
   *
   * @param name as the kernel will list it
   */
  static Compiled of(CompiledPolicy policy, String name) {
    return new Compiled(policy, name);
  }
}
