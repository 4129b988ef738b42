package io.github.apparmor4j.container;

import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import java.util.List;
import java.util.Objects;

/**
 * A reference to the profile that a container gets. No runtime takes a profile's text; each takes
 * the name of a profile that is already in the kernel. So a reference comes from a compiled policy,
 * which can be loaded, or it says that someone else loads the profile: {@link #external(String)}.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * ProfileRef own = ProfileRef.of(policy);
 * ProfileRef other = ProfileRef.external("docker-default");
 * }</pre>
 */
public sealed interface ProfileRef {

  /** The runtime's own default. */
  record RuntimeDefault() implements ProfileRef {}

  /** No confinement. */
  record Unconfined() implements ProfileRef {}

  /** A profile in the kernel. */
  sealed interface Named extends ProfileRef {

    /**
     * Returns the profile's name as the kernel lists it, without the {@code localhost/} that some
     * runtimes put before it.
     */
    String name();
  }

  /**
   * A profile of a compiled policy.
   *
   * @param policy policy that must be loaded before the container starts
   * @param name name of a profile in it; {@code :namespace:name} if the profile is for a namespace
   */
  record Compiled(CompiledPolicy policy, String name) implements Named {

    /**
     * Rejects names that the policy doesn't have, and names that a runtime would misread.
     *
     * @throws IllegalArgumentException if the name is rejected
     */
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
   * @param name name of the profile as the kernel lists it
   */
  record External(String name) implements Named {

    /**
     * Rejects names that a runtime would misread.
     *
     * @throws IllegalArgumentException if the name is rejected
     */
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
      throw new IllegalArgumentException("leave out 'localhost/': " + name);
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
   * Returns the only profile of a policy; children and hats don't count.
   *
   * @throws IllegalArgumentException if the policy has none or several; for those use {@link
   *     #of(CompiledPolicy, String)}
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
   * @param name name of the profile as the kernel will list it
   * @throws IllegalArgumentException if the policy has no such profile, or a runtime would misread
   *     the name
   */
  static Compiled of(CompiledPolicy policy, String name) {
    return new Compiled(policy, name);
  }
}
