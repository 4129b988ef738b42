package io.github.apparmor4j.kernel;

import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import java.util.List;
import java.util.Optional;

/** What can be told from what a kernel gives back. */
final class RawPolicy {

  private RawPolicy() {}

  /** Returns whether a kernel holds a profile just as it is. */
  static boolean holds(AppArmorKernel kernel, KernelProfile profile) throws KernelException {
    try {
      Optional<byte[]> loaded = kernel.rawData(profile.qualifiedName());
      return loaded.isPresent()
          && PolicyReader.read(loaded.get(), PolicyReader.Kernel.LINUX_7_2).contains(profile);
    } catch (PolicyFormatException e) {
      return false; // compressed, or newer than we can read: not what we would load
    } catch (KernelException e) {
      if (e.errno() == KernelException.Errno.ENOENT) {
        return false;
      }
      throw e;
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
