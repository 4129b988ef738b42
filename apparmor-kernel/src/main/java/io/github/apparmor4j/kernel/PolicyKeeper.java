package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.kernel.Reconciler.Outcome;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.source.Failures;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps policies in a kernel: loads them, replaces what changed, and loads them again when someone
 * else removed or replaced them, as a reload of AppArmor does. It never touches a profile that it
 * wasn't given. Thread-safe.
 *
 * <pre>{@code
 * try (PolicyKeeper keeper = new PolicyKeeper(kernel)) {
 *   keeper.put("web", policy);
 *   keeper.watch((keys, problem) -> log(keys, problem));
 *   ...
 * }
 * }</pre>
 */
public final class PolicyKeeper implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** So that two keepers of one profile don't keep a machine busy. */
  private static final Duration SHORTEST = Duration.ofMillis(500);

  /** Told of what a keeper does by itself. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Called after a look at the kernel that changed something or failed.
     *
     * @param restored keys of the policies that were loaded again
     * @param problem why others could not be; {@code null} if there is none
     */
    void looked(Set<String> restored, @Nullable KernelException problem);
  }

  private final AppArmorKernel kernel;
  private final Reconciler<KernelException> reconciler;
  private final Map<String, CompiledPolicy> kept = new LinkedHashMap<>();
  private @Nullable Watch watch;

  /** Creates a keeper of nothing. */
  public PolicyKeeper(AppArmorKernel kernel) {
    this.kernel = Objects.requireNonNull(kernel, "kernel");
    this.reconciler = new Reconciler<>(kernel, new GivenProfiles());
  }

  /**
   * Loads a policy, or what of it changed, and keeps it from then on. Profiles that the policy kept
   * so far under this key had and this one doesn't are removed.
   *
   * @param key what the policy is known by here: a file's name, say
   * @return whether the kernel had to be changed
   * @throws KernelException as the kernel's operations do: of a load, and what was kept before
   *     still is; of a removal, and the new policy is loaded and kept
   */
  public synchronized boolean put(String key, CompiledPolicy policy) throws KernelException {
    boolean changed = !loaded(Map.of(key, policy)).isEmpty();
    CompiledPolicy before = kept.put(key, policy);
    if (before != null) {
      Set<String> gone = namesOnlyIn(key, before);
      gone.removeAll(LoadedPolicies.names(policy));
      changed |= reconciler.remove(gone);
    }
    return changed;
  }

  /**
   * Removes the profiles of a policy from the kernel, those of them that are still there and belong
   * to no other policy that is kept, and keeps it no longer.
   *
   * @return whether there was such a policy
   */
  public synchronized boolean remove(String key) throws KernelException {
    CompiledPolicy policy = kept.get(key);
    if (policy == null) {
      return false;
    }
    reconciler.remove(namesOnlyIn(key, policy));
    kept.remove(key);
    return true;
  }

  /** Returns the names of a policy's profiles that no policy of another key has. */
  private Set<String> namesOnlyIn(String key, CompiledPolicy policy) {
    Set<String> names = LoadedPolicies.names(policy);
    kept.forEach(
        (other, its) -> names.removeAll(other.equals(key) ? Set.of() : LoadedPolicies.names(its)));
    return names;
  }

  /** Returns the keys of the policies that are kept, in the order they came in. */
  public synchronized List<String> keys() {
    return List.copyOf(kept.keySet());
  }

  /** Returns the keys of the policies that are not in the kernel as they should be. */
  public synchronized Set<String> missing() throws KernelException {
    return reconciler.missing(kept);
  }

  /**
   * Loads again what is not as it should be.
   *
   * @return the keys of the policies that were
   * @throws KernelException if one can't be loaded; the others are, as far as the kernel lets them
   */
  public synchronized Set<String> restore() throws KernelException {
    return loaded(kept);
  }

  private Set<String> loaded(Map<String, CompiledPolicy> wanted) throws KernelException {
    Outcome outcome = reconciler.reconcile(wanted);
    KernelException problem = outcome.problem();
    if (problem != null) {
      throw problem;
    }
    return outcome.loaded();
  }

  /**
   * Has a thread of its own look whenever the kernel's policy changes, until this is closed.
   *
   * @param listener told by that thread
   * @throws IllegalStateException if one looks already
   */
  public synchronized void watch(Listener listener) {
    if (watch != null) {
      throw new IllegalStateException("is watched already");
    }
    watch =
        new Watch(
                "apparmor-policy-keeper",
                LONGEST,
                Duration.ZERO,
                () -> look(listener),
                e -> {}) // which the listener has thrown
            .onPolicyOf(kernel, SHORTEST)
            .start();
  }

  private void look(Listener listener) {
    Set<String> restored = Set.of();
    KernelException problem;
    try {
      Outcome outcome = restored();
      restored = outcome.loaded();
      problem = outcome.problem();
    } catch (KernelException e) {
      problem = e;
    } catch (RuntimeException | Error e) {
      problem = new KernelException("restore", Errno.OTHER, Failures.text(e), e);
    }
    if (problem != null || !restored.isEmpty()) {
      listener.looked(restored, problem);
    }
  }

  private synchronized Outcome restored() throws KernelException {
    return reconciler.reconcile(kept);
  }

  /** Ends the watch. What was loaded stays loaded. */
  @Override
  public synchronized void close() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
