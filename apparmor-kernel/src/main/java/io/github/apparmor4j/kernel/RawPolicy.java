package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.policy.PolicyReader.Piece;
import io.github.apparmor4j.policy.ProfileName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Operations on policy in its binary form, and on the names of namespaces. */
final class RawPolicy {

  private RawPolicy() {}

  /**
   * Returns whether a kernel holds a profile exactly as it is given.
   *
   * @param usual the policy that the profile is a part of; if it was loaded with another policy,
   *     that one is read
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
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** A taker of policy of one namespace. */
  interface Taker {
    void take(Piece piece) throws KernelException;

    /** Returns the qualified names of the profiles that are loaded. */
    Set<String> loaded() throws KernelException;
  }

  /**
   * Hands a policy over in pieces that a kernel takes as they are meant. A failure's message names
   * the profiles that were taken before.
   *
   * @param sets whether the kernel takes several profiles at once
   * @throws KernelException before anything is taken: EEXIST if a name is in the policy twice,
   *     ENOENT if a child's parent is neither in the policy nor loaded. Kernels would be left with
   *     broken lists by either (docs/real-kernels.md)
   */
  static void give(String operation, byte[] policy, boolean sets, Taker taker)
      throws KernelException {
    List<Piece> pieces;
    try {
      pieces = PolicyReader.pieces(policy, sets);
    } catch (PolicyFormatException e) {
      taker.take(new Piece(List.of(), policy)); // the taker refuses it in its own words
      return;
    }
    Set<String> names = new LinkedHashSet<>();
    for (Piece piece : pieces) {
      for (String name : piece.names()) {
        if (!names.add(name)) {
          throw new KernelException(
              operation, Errno.EEXIST, "profile " + name + " is in the policy twice", null);
        }
      }
    }
    checkParents(operation, names, taker);
    List<String> taken = new ArrayList<>();
    for (Piece piece : pieces) {
      try {
        taker.take(piece);
      } catch (KernelException e) {
        if (taken.isEmpty()) {
          throw e;
        }
        throw new KernelException(
            operation,
            e.errno(),
            String.join(", ", piece.names()) + ", after " + taken + " were done: " + e.getMessage(),
            e);
      }
      taken.addAll(piece.names());
    }
  }

  /** Refuses a child whose parent is neither loaded nor anywhere in the policy. */
  static void checkParents(String operation, Set<String> names, Taker taker)
      throws KernelException {
    Set<String> loaded = null;
    for (String name : names) {
      ProfileName parent = ProfileName.parse(name).parent().orElse(null);
      if (parent == null || names.contains(parent.toString())) {
        continue;
      }
      loaded = loaded == null ? taker.loaded() : loaded;
      if (!loaded.contains(parent.toString())) {
        throw new KernelException(
            operation,
            Errno.ENOENT,
            "the parent " + parent + " of " + name + " is not loaded",
            null);
      }
    }
  }

  /** Rejects a name that is not valid for a namespace directly below another. */
  static void checkNamespace(String name) throws KernelException {
    if (!isNamespace(name)) {
      throw new KernelException(
          "namespace", Errno.EINVAL, "not a valid name of a namespace: '" + name + "'", null);
    }
  }

  /** Returns whether a name can be that of a namespace directly below another. */
  static boolean isNamespace(String name) {
    return !name.isEmpty() && !name.contains("/") && !name.startsWith(".");
  }

  static void namespaces(String above, PolicyNamespace in, List<String> to) {
    for (PolicyNamespace each : in.namespaces()) {
      String name = above.isEmpty() ? each.name() : above + "//" + each.name();
      to.add(name);
      namespaces(name, each, to);
    }
  }
}
