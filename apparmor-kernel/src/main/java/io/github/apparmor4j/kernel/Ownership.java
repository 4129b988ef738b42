package io.github.apparmor4j.kernel;

import io.github.apparmor4j.policy.CompiledPolicy;
import java.io.IOException;
import java.util.Set;

/**
 * A record of the profiles that a {@link Reconciler} may replace, and of what they were loaded
 * with.
 *
 * @param <E> the exception that {@link #save} throws
 */
interface Ownership<E extends IOException> {

  /** Returns whether a loaded profile may be replaced. */
  boolean owns(String name);

  /** Returns whether a policy's profiles were last loaded from it, as far as is known here. */
  boolean hasLoaded(CompiledPolicy policy);

  /**
   * Takes ownership of a policy's profiles before it is loaded: they may be loaded as the policy
   * has them, or still as before.
   */
  void intend(String key, CompiledPolicy policy);

  /** Records that a policy was loaded. */
  void settle(String key, CompiledPolicy policy);

  /** Gives up the ownership of profiles that are not loaded, or not ours. */
  void disown(Set<String> names);

  /** Saves the record so that it outlives this process, if it is meant to. */
  void save() throws E;
}
