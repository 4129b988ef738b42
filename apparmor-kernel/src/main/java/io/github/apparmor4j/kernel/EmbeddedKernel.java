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
      if (loaded.put(profile.qualifiedName(), profile) != null) {
        adoptChildren(profile.qualifiedName());
      }
    }
  }

  /**
   * Gives the children of a replaced profile to the new one. Linux moves them one by one, so that
   * they are listed the other way round (seen on 6.12).
   */
  private void adoptChildren(String name) {
    List<String> children = new ArrayList<>();
    loaded.keySet().stream().filter(key -> parentOf(key).equals(name)).forEach(children::add);
    Collections.reverse(children);
    for (String child : children) {
      KernelProfile moved = loaded.remove(child);
      if (moved != null) {
        loaded.put(child, moved);
      }
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
    listBelow("", profiles);
    return List.copyOf(profiles);
  }

  /** Lists the profiles below one, the newest first, each with its own children behind it. */
  private void listBelow(String parent, List<LoadedProfile> to) {
    List<KernelProfile> newestFirst = new ArrayList<>(loaded.values());
    Collections.reverse(newestFirst);
    for (KernelProfile profile : newestFirst) {
      String name = profile.qualifiedName();
      if (parentOf(name).equals(parent)) {
        to.add(new LoadedProfile(name, profile.modeName()));
        listBelow(name, to);
      }
    }
  }

  /** Returns the name of the nearest loaded profile above one; empty for none. */
  private String parentOf(String name) {
    for (int at = name.lastIndexOf("//"); at > 0; at = name.lastIndexOf("//", at - 1)) {
      if (loaded.containsKey(name.substring(0, at))) {
        return name.substring(0, at);
      }
    }
    return "";
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
