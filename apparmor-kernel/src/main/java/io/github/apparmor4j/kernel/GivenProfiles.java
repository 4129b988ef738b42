package io.github.apparmor4j.kernel;

import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Ownership of all profiles that are asked about, whoever loaded them before. What they were loaded
 * with is remembered only as long as this process lives.
 */
final class GivenProfiles implements Ownership<KernelException> {

  private final Map<String, KernelProfile> loaded = new HashMap<>();

  @Override
  public boolean owns(String name) {
    return true;
  }

  @Override
  public boolean hasLoaded(CompiledPolicy policy) {
    return policy.profiles().stream()
        .allMatch(profile -> profile.equals(loaded.get(profile.qualifiedName())));
  }

  @Override
  public void intend(String key, CompiledPolicy policy) {}

  @Override
  public void settle(String key, CompiledPolicy policy) {
    policy.profiles().forEach(profile -> loaded.put(profile.qualifiedName(), profile));
  }

  @Override
  public void disown(Set<String> names) {
    loaded.keySet().removeAll(names);
  }

  @Override
  public void save() {}
}
