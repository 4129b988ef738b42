package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A kernel in memory. It unpacks the binary that it is given and refuses what Linux would refuse;
 * its answers come from the unpacked tables alone. Nobody is confined by it.
 */
public final class EmbeddedKernel implements AppArmorKernel {

  private final Features features;
  private final PolicyReader.Kernel limits;

  /** By name, the oldest first. */
  private final Map<String, KernelProfile> loaded = new LinkedHashMap<>();

  private EmbeddedKernel(Features features, PolicyReader.Kernel limits) {
    this.features = features;
    this.limits = limits;
  }

  /** Returns an empty kernel that behaves like Linux 6.1. */
  public static EmbeddedKernel linux6_1() {
    return new EmbeddedKernel(Features.LINUX_6_1, PolicyReader.Kernel.LINUX_6_1);
  }

  /** Returns an empty kernel that behaves like Linux 6.12. */
  public static EmbeddedKernel linux6_12() {
    return new EmbeddedKernel(Features.LINUX_6_12, PolicyReader.Kernel.LINUX_6_12);
  }

  @Override
  public Features features() {
    return features;
  }

  @Override
  public synchronized void load(byte[] policy) throws KernelException {
    List<KernelProfile> profiles = read("load", policy);
    for (KernelProfile profile : profiles) {
      if (loaded.containsKey(profile.qualifiedName())) {
        throw new KernelException(
            "load", Errno.EEXIST, profile.qualifiedName() + " is loaded already", null);
      }
    }
    profiles.forEach(profile -> loaded.put(profile.qualifiedName(), profile));
  }

  @Override
  public synchronized void replace(byte[] policy) throws KernelException {
    for (KernelProfile profile : read("replace", policy)) {
      loaded.put(profile.qualifiedName(), profile);
    }
  }

  private List<KernelProfile> read(String operation, byte[] policy) throws KernelException {
    if (policy.length == 0) {
      throw new KernelException(operation, Errno.EINVAL, "nothing was written", null);
    }
    try {
      return PolicyReader.read(policy, limits);
    } catch (PolicyFormatException e) {
      throw new KernelException(
          operation,
          e.isVersion() ? Errno.EPROTONOSUPPORT : Errno.EPROTO,
          String.valueOf(e.getMessage()),
          e);
    }
  }

  @Override
  public synchronized void remove(String name) throws KernelException {
    boolean namespace =
        name.length() > 2 && name.startsWith(":") && name.indexOf(':', 1) == name.length() - 1;
    String below = namespace ? name : name + "//";
    if (!loaded.keySet().removeIf(key -> key.equals(name) || key.startsWith(below))) {
      throw new KernelException("remove", Errno.ENOENT, "no profile " + name, null);
    }
  }

  @Override
  public synchronized List<LoadedProfile> profiles() {
    List<LoadedProfile> profiles = new ArrayList<>();
    loaded.values().forEach(p -> profiles.add(new LoadedProfile(p.qualifiedName(), p.modeName())));
    Collections.reverse(profiles);
    return List.copyOf(profiles);
  }

  @Override
  public Decision query(String profile, Access access) throws KernelException {
    Objects.requireNonNull(access, "access");
    KernelProfile found;
    synchronized (this) {
      found = loaded.get(profile);
    }
    if (found == null) {
      throw new KernelException("query", Errno.ENOENT, "no profile " + profile, null);
    }
    return Decider.decide(found, access);
  }
}
