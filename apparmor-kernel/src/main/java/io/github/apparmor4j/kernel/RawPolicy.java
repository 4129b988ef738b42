package io.github.apparmor4j.kernel;

import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.policy.PolicyReader.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What can be told from policy in its binary form. */
final class RawPolicy {

  private RawPolicy() {}

  /**
   * Returns whether a kernel holds a profile just as it is.
   *
   * @param usual the policy that it is a part of; one that was loaded in other company is read
   */
  static boolean holds(AppArmorKernel kernel, KernelProfile profile, byte[] usual)
      throws KernelException {
    try {
      Optional<byte[]> loaded = kernel.rawData(profile.qualifiedName());
      return loaded.isPresent()
          && (Arrays.equals(loaded.get(), usual)
              || PolicyReader.read(loaded.get(), PolicyReader.Kernel.LINUX_7_2).contains(profile));
    } catch (PolicyFormatException e) {
      return false; // compressed, or newer than we can read: not what we would load
    } catch (KernelException e) {
      if (e.errno() == KernelException.Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** What takes a policy. */
  interface Taker {
    void take(byte[] policy) throws KernelException;
  }

  /**
   * Gives a policy away one profile after the other, parents before their children, in the order of
   * the policy. A failure names those that were taken before.
   */
  static void apart(String operation, byte[] policy, Taker taker) throws KernelException {
    List<Part> parts;
    try {
      parts = PolicyReader.parts(policy, PolicyReader.Kernel.LINUX_7_2);
    } catch (PolicyFormatException e) {
      taker.take(policy); // who refuses it in its own words
      return;
    }
    List<String> taken = new ArrayList<>();
    int from = 0;
    for (Part part : parts) {
      try {
        taker.take(Arrays.copyOfRange(policy, from, part.end()));
      } catch (KernelException e) {
        if (taken.isEmpty()) {
          throw e;
        }
        throw new KernelException(
            operation,
            e.errno(),
            part.profile().qualifiedName() + ", after " + taken + " were done: " + e.getMessage(),
            e);
      }
      taken.add(part.profile().qualifiedName());
      from = part.end();
    }
  }

  /** Rejects what can't be the name of a namespace directly below another. */
  static void checkNamespace(String name) throws KernelException {
    if (name.isEmpty() || name.contains("/") || name.startsWith(".")) {
      throw new KernelException(
          "namespace", KernelException.Errno.EINVAL, "no namespace's name: " + name, null);
    }
  }

  static void namespaces(String above, PolicyNamespace in, List<String> to) {
    for (PolicyNamespace each : in.namespaces()) {
      String name = above.isEmpty() ? each.name() : above + "//" + each.name();
      to.add(name);
      namespaces(name, each, to);
    }
  }
}
