package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.source.Failures;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes a kernel's policy what it should be. Each call compares the two as they are, so it doesn't
 * matter which changes were seen before. It loads what is missing or different, leaves alone what
 * someone else has loaded, and goes on if one policy fails. Not thread-safe.
 *
 * @param <E> the exception that is thrown if the ownership can't be saved
 */
final class Reconciler<E extends IOException> {

  /**
   * Why a policy isn't loaded.
   *
   * @param reason the reason, in one line
   * @param cause what was thrown; {@code null} if someone else has loaded one of its profiles
   */
  record Refusal(String reason, @Nullable Throwable cause) {

    /**
     * Returns the refusal for what was thrown, unless that should end the JVM: then it is thrown
     * again.
     */
    private static Refusal of(Throwable e) {
      Failures.passOnFatal(e);
      return new Refusal(Failures.text(e), e);
    }
  }

  /**
   * What was done.
   *
   * @param loaded the sorted keys of the policies that had to be loaded and were
   * @param refused the policies that could not be loaded, by key
   */
  record Outcome(Set<String> loaded, Map<String, Refusal> refused) {

    /** Makes the collections unmodifiable. */
    Outcome {
      loaded = Collections.unmodifiableSet(loaded);
      refused = Collections.unmodifiableMap(refused);
    }

    /**
     * Returns why the last of the refused policies could not be loaded; {@code null} if there is
     * none.
     */
    @Nullable KernelException problem() {
      KernelException problem = null;
      for (Refusal each : refused.values()) {
        problem =
            each.cause() instanceof KernelException e
                ? e
                : new KernelException("replace", Errno.OTHER, each.reason(), each.cause());
      }
      return problem;
    }
  }

  private final AppArmorKernel kernel;
  private final Ownership<E> owned;
  private long loads;
  private long removals;

  Reconciler(AppArmorKernel kernel, Ownership<E> owned) {
    this.kernel = kernel;
    this.owned = owned;
  }

  /** Returns how many policies were loaded or replaced. */
  long loads() {
    return loads;
  }

  /** Returns how many profiles were removed. */
  long removals() {
    return removals;
  }

  /**
   * Loads the policies that are not in the kernel as they should be, in their order. What is owned
   * is saved before anything is loaded, so that no crash leaves profiles that nobody owns. If that
   * fails, as on a full disk, the policies are loaded all the same: to be confined matters more.
   * The failure is thrown then.
   *
   * @param wanted the policies, by the keys that the caller knows them by
   * @throws KernelException if the kernel can't be asked what is loaded
   */
  Outcome reconcile(Map<String, CompiledPolicy> wanted) throws KernelException, E {
    LoadedPolicies loaded = LoadedPolicies.of(kernel);
    Map<String, CompiledPolicy> different = new LinkedHashMap<>();
    Map<String, Refusal> refused = new LinkedHashMap<>();
    wanted.forEach(
        (key, policy) -> {
          try {
            if (isThere(policy, loaded)) {
              return;
            }
            String foreign = foreign(policy, loaded);
            if (foreign == null) {
              owned.intend(key, policy);
              different.put(key, policy);
            } else {
              refused.put(key, new Refusal("someone else has loaded profile " + foreign, null));
            }
          } catch (Throwable e) {
            refused.put(key, Refusal.of(e));
          }
        });
    try {
      owned.save();
    } catch (IOException e) {
      // Thrown by the save below, unless it succeeds.
    }
    Set<String> done = new TreeSet<>();
    different.forEach(
        (key, policy) -> {
          try {
            kernel.replace(policy.toBytes());
            loads++;
            owned.settle(key, policy);
            done.add(key);
          } catch (Throwable e) {
            refused.put(key, Refusal.of(e));
            Set<String> not = LoadedPolicies.names(policy);
            not.removeAll(names(loaded));
            owned.disown(not);
          }
        });
    owned.save();
    return new Outcome(done, refused);
  }

  /** Returns what is loaded now: a policy of several namespaces may be taken in part. */
  private Set<String> names(LoadedPolicies before) {
    try {
      return LoadedPolicies.of(kernel).names();
    } catch (KernelException e) {
      return before.names();
    }
  }

  /** Returns the sorted keys of the policies that are not in the kernel as they should be. */
  Set<String> missing(Map<String, CompiledPolicy> wanted) throws KernelException {
    LoadedPolicies loaded = LoadedPolicies.of(kernel);
    Set<String> missing = new TreeSet<>();
    for (Map.Entry<String, CompiledPolicy> each : wanted.entrySet()) {
      if (!isThere(each.getValue(), loaded)) {
        missing.add(each.getKey());
      }
    }
    return missing;
  }

  /**
   * Removes those of the given profiles that are loaded, whoever loaded them.
   *
   * @return whether any was loaded
   */
  boolean remove(Set<String> names) throws KernelException, E {
    LoadedPolicies loaded = LoadedPolicies.of(kernel);
    Set<String> there = new TreeSet<>(names);
    there.retainAll(loaded.names());
    loaded.remove(there);
    removals += there.size();
    owned.disown(names);
    owned.save();
    return !there.isEmpty();
  }

  private boolean isThere(CompiledPolicy policy, LoadedPolicies loaded) throws KernelException {
    return loaded.has(policy, () -> owned.hasLoaded(policy));
  }

  /** Returns a profile of a policy that is loaded but isn't ours; {@code null} if there is none. */
  private @Nullable String foreign(CompiledPolicy policy, LoadedPolicies loaded) {
    return LoadedPolicies.names(policy).stream()
        .filter(name -> loaded.names().contains(name) && !owned.owns(name))
        .findFirst()
        .orElse(null);
  }
}
