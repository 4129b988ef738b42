package io.github.apparmor4j.kernel;

import io.github.apparmor4j.policy.CompiledPolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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
  private final Map<String, CompiledPolicy> kept = new LinkedHashMap<>();
  private @Nullable Thread watcher;

  /** Creates a keeper of nothing. */
  public PolicyKeeper(AppArmorKernel kernel) {
    this.kernel = Objects.requireNonNull(kernel, "kernel");
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
    CompiledPolicy before = kept.get(key);
    boolean same = before != null && before.fingerprint().equals(policy.fingerprint());
    boolean changed = ensure(policy, same);
    kept.put(key, policy);
    if (before != null) {
      Set<String> gone = LoadedPolicies.names(before);
      kept.values().forEach(other -> gone.removeAll(LoadedPolicies.names(other)));
      changed |= LoadedPolicies.of(kernel).remove(gone);
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
    Set<String> gone = LoadedPolicies.names(policy);
    kept.forEach(
        (other, its) -> gone.removeAll(other.equals(key) ? Set.of() : LoadedPolicies.names(its)));
    LoadedPolicies.of(kernel).remove(gone);
    kept.remove(key);
    return true;
  }

  /** Returns the keys of the policies that are kept, in the order they came in. */
  public synchronized List<String> keys() {
    return List.copyOf(kept.keySet());
  }

  /** Returns the keys of the policies that are not in the kernel as they should be. */
  public synchronized Set<String> missing() throws KernelException {
    Set<String> missing = new TreeSet<>();
    LoadedPolicies loaded = LoadedPolicies.of(kernel);
    for (Map.Entry<String, CompiledPolicy> each : kept.entrySet()) {
      if (!loaded.has(each.getValue(), true)) {
        missing.add(each.getKey());
      }
    }
    return missing;
  }

  /**
   * Loads again what is not as it should be.
   *
   * @return the keys of the policies that were
   * @throws KernelException if one can't be loaded; the others are, as far as the kernel lets them
   */
  public synchronized Set<String> restore() throws KernelException {
    Set<String> restored = new TreeSet<>();
    KernelException problem = null;
    for (Map.Entry<String, CompiledPolicy> each : kept.entrySet()) {
      try {
        if (ensure(each.getValue(), true)) {
          restored.add(each.getKey());
        }
      } catch (KernelException e) {
        problem = e;
      }
    }
    if (problem != null) {
      throw problem;
    }
    return restored;
  }

  /**
   * Has a thread of its own look whenever the kernel's policy changes, until this is closed.
   *
   * @param listener told by that thread
   * @throws IllegalStateException if one looks already
   */
  public synchronized void watch(Listener listener) {
    if (watcher != null) {
      throw new IllegalStateException("is watched already");
    }
    watcher = new Thread(() -> look(listener), "apparmor-policy-keeper");
    watcher.setDaemon(true);
    watcher.start();
  }

  private void look(Listener listener) {
    long seen = -1;
    while (!Thread.currentThread().isInterrupted()) {
      Set<String> restored = Set.of();
      KernelException problem = null;
      try {
        try {
          seen = kernel.revision(); // before the look, so that no change goes unseen
          restored = restore();
          seen = restored.isEmpty() ? seen : kernel.revision();
        } catch (KernelException e) {
          problem = e;
        }
        if (problem != null || !restored.isEmpty()) {
          tell(listener, restored, problem);
        }
        Thread.sleep(SHORTEST.toMillis());
        kernel.awaitChange(seen, LONGEST);
      } catch (KernelException e) {
        // The next look tells of it.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void tell(
      Listener listener, Set<String> restored, @Nullable KernelException problem) {
    try {
      listener.looked(restored, problem);
    } catch (RuntimeException e) {
      // The listener's; it must neither end the watch nor keep it from waiting.
    }
  }

  /** Ends the watch. What was loaded stays loaded. */
  @Override
  public void close() {
    Thread thread;
    synchronized (this) {
      thread = watcher;
      watcher = null;
    }
    if (thread != null) {
      thread.interrupt();
    }
  }

  // ---- the kernel

  /** Loads a policy that isn't as it should be; returns whether it wasn't. */
  private boolean ensure(CompiledPolicy policy, boolean believed) throws KernelException {
    boolean there = LoadedPolicies.of(kernel).has(policy, believed);
    if (!there) {
      kernel.replace(policy.toBytes());
    }
    return !there;
  }
}
