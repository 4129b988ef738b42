package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The names of the profiles that a kernel held when it was asked, to compare policies with. */
final class LoadedPolicies {

  private final AppArmorKernel kernel;
  private final Set<String> names;

  private LoadedPolicies(AppArmorKernel kernel, Set<String> names) {
    this.kernel = kernel;
    this.names = names;
  }

  static LoadedPolicies of(AppArmorKernel kernel) throws KernelException {
    return new LoadedPolicies(kernel, LoadedProfile.names(kernel.profiles()));
  }

  /** Returns the names of a policy's profiles, sorted. */
  static Set<String> names(CompiledPolicy policy) {
    return policy.profiles().stream()
        .map(KernelProfile::qualifiedName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the names of all profiles that were loaded. */
  Set<String> names() {
    return names;
  }

  /**
   * Returns whether the kernel holds a policy as it should be.
   *
   * @param believed gives the answer if the profiles are loaded, but the kernel doesn't keep what
   *     they were loaded with
   */
  boolean has(CompiledPolicy policy, BooleanSupplier believed) throws KernelException {
    Set<String> own = names(policy);
    if (!names.containsAll(own)) {
      return false;
    }
    try {
      for (String name : own) {
        if (kernel.rawData(name).isEmpty()) {
          return believed.getAsBoolean();
        }
      }
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT) {
        return false; // it was removed meanwhile
      }
      throw e;
    }
    return kernel.isUpToDate(policy);
  }

  /** Removes those of the given profiles that were loaded. */
  void remove(Collection<String> gone) throws KernelException {
    for (String name : gone) {
      // A parent's children are removed with it.
      boolean withParent = gone.stream().anyMatch(other -> name.startsWith(other + "//"));
      if (names.contains(name) && !withParent) {
        kernel.remove(name);
      }
    }
  }
}
