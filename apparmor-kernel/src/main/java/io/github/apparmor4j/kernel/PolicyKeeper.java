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
 * A keeper of policies in a kernel: it loads them, replaces those that change, and loads them again
 * after someone else has removed or replaced them, as a reload of AppArmor does. It never touches a
 * profile that it wasn't given. Thread-safe.
 *
 * <pre>{@code
 * try (PolicyKeeper keeper = new PolicyKeeper(kernel)) {
 *   keeper.put("web", policy);
 *   keeper.watch((keys, problem) -> System.out.println("restored " + keys + ", " + problem));
 *   new CountDownLatch(1).await(); // until the process ends
 * }
 * }</pre>
 */
public final class PolicyKeeper implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofMinutes(1);

  /**
   * The shortest pause between two looks, so that two keepers of one profile don't keep a machine
   * busy.
   */
  private static final Duration SHORTEST = Duration.ofMillis(500);

  /** A listener for what a keeper does by itself. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Takes the result of a look at the kernel that changed something or failed.
     *
     * @param restored the keys of the policies that were loaded again
     * @param problem why another could not be loaded; {@code null} if there was no problem
     */
    void looked(Set<String> restored, @Nullable KernelException problem);
  }

  private final AppArmorKernel kernel;
  private final Reconciler<KernelException> reconciler;
  private final Map<String, CompiledPolicy> kept = new LinkedHashMap<>();
  private @Nullable Watch watch;

  /** Creates a keeper that keeps nothing yet. */
  public PolicyKeeper(AppArmorKernel kernel) {
    this.kernel = Objects.requireNonNull(kernel, "kernel");
    this.reconciler = new Reconciler<>(kernel, new GivenProfiles());
  }

  /**
   * Loads a policy, unless the kernel holds it already, and keeps it from then on. If another
   * policy was kept under this key, its profiles that no kept policy has any more are removed.
   *
   * @param key what the policy is known by here, such as a file's name
   * @return whether the kernel had to be changed
   * @throws KernelException if the policy can't be loaded: what was kept before is still kept then;
   *     or if an old profile can't be removed: the new policy is loaded and kept then
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
   * Stops keeping a policy, and removes its profiles from the kernel, except those that are not
   * loaded or belong to another policy that is kept.
   *
   * @return whether a policy was kept under this key
   * @throws KernelException if a profile can't be removed; the policy is still kept then
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

  /** Returns the keys of the policies that are kept, in the order in which they were first put. */
  public synchronized List<String> keys() {
    return List.copyOf(kept.keySet());
  }

  /** Returns the keys of the policies that are not in the kernel as they should be. */
  public synchronized Set<String> missing() throws KernelException {
    return reconciler.missing(kept);
  }

  /**
   * Loads the policies again that are not in the kernel as they should be.
   *
   * @return the keys of the policies that were loaded again
   * @throws KernelException if a policy can't be loaded; the others are loaded all the same, as far
   *     as the kernel takes them
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
   * Starts a thread that loads again what is not as it should be: at once, whenever the kernel's
   * policy changes, and at least once a minute, until this is closed.
   *
   * @param listener called by that thread
   * @throws IllegalStateException if the keeper watches already
   */
  public synchronized void watch(Listener listener) {
    if (watch != null) {
      throw new IllegalStateException("is being watched already");
    }
    watch =
        new Watch(
                "apparmor-policy-keeper",
                LONGEST,
                Duration.ZERO,
                () -> look(listener),
                e -> {}) // only the listener can have thrown it
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

  /** Ends the watch. Loaded profiles stay loaded. */
  @Override
  public synchronized void close() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
