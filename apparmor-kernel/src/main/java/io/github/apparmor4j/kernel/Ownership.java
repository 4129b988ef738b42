package io.github.apparmor4j.kernel;

import io.github.apparmor4j.policy.CompiledPolicy;
import java.io.IOException;
import java.util.Set;

/**
 * Which of a kernel's profiles a {@link Reconciler} may replace, and what they were loaded with.
 *
 * @param <E> what {@link #save} fails with
 */
interface Ownership<E extends IOException> {

  /** Returns whether a loaded profile may be replaced. */
  boolean owns(String name);

  /** Returns whether a policy is what was loaded last, as far as is known here. */
  boolean hasLoaded(CompiledPolicy policy);

  /** Owns a policy's profiles from now on, loaded as it has them or as before. */
  void intend(String key, CompiledPolicy policy);

  /** Says that a policy was loaded. */
  void settle(String key, CompiledPolicy policy);

  /** Says that profiles are not loaded, or not ours. */
  void disown(Set<String> names);

  /** Makes what was said so far outlive this process, where that is meant. */
  void save() throws E;
}
