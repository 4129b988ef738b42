package io.github.apparmor4j.compile;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.vocabulary.PolicyClass;

/**
 * The features that are in force for a policy on a kernel, and the forms in which the kernel takes
 * policy.
 */
final class Mediation {

  private static final int NEW_ABI = 2 << 12 | 2 << 20;

  private final Features kernel;
  private final Features policy;

  /** What rules mean where releases differ. */
  final Semantics semantics;

  Mediation(Features kernel, Features policy, Semantics semantics) {
    this.kernel = kernel;
    this.policy = policy;
    this.semantics = semantics;
  }

  /**
   * Returns whether a kind of rule is in force, that is, whether both the kernel and the policy's
   * ABI know it.
   */
  boolean has(String feature) {
    return kernel.has(feature) && policy.has(feature);
  }

  /** Returns a message that says who lacks a feature. */
  String missing(String feature) {
    return (kernel.has(feature) ? "the policy's abi" : "the kernel")
        + " has no feature '"
        + feature
        + "'";
  }

  /** Returns whether the kernel has a feature, whatever the policy's ABI is. */
  boolean kernelHas(String feature) {
    return kernel.has(feature);
  }

  /**
   * Returns the version word: the kernel ABI and, for newer ones, the versions of the parser and
   * the policy.
   */
  int version() {
    // apparmor_parser mistakes `notify_versions` for `versions` if a kernel has both.
    boolean hidden = kernel.has("policy/notify_versions");
    if (!hidden && kernel.has("policy/versions/v7")) {
      return 7 | NEW_ABI;
    }
    return !hidden && kernel.has("policy/versions/v6") ? 6 | NEW_ABI : 5;
  }

  /** Returns the newest class of sockets that is in force; that of version 7 if none is. */
  int networkClass() {
    if (has("network_v9")) {
      return PolicyClass.NETWORK_V9;
    }
    return has("network_v8") ? PolicyClass.NETWORK : PolicyClass.NETWORK_V7;
  }

  /** Returns whether the rules of sockets are arrays of families and types, not strings. */
  boolean hasSocketArrays() {
    return has("network") && networkClass() == PolicyClass.NETWORK_V7;
  }

  /** Returns whether network rules are not in force at all. */
  boolean knowsNoSockets() {
    return networkClass() == PolicyClass.NETWORK_V7 && !has("network");
  }

  /** Returns whether the kernel looks at the internet addresses and ports of sockets. */
  boolean hasInternetAddresses() {
    return has("network_v8/af_inet") || has("network_v9/af_inet");
  }

  /** Returns whether the kernel looks at the addresses and labels of Unix sockets. */
  boolean hasUnixAddresses() {
    return has("network/af_unix") || has("network_v9/af_unix");
  }

  /** Returns the form in which permissions are written. */
  PolicyDfa.Form form() {
    if (kernel.has("policy/permstable32")) {
      if (kernel.has("policy/permstable32_version/0x000003")) {
        return PolicyDfa.Form.FLAGGED_ENTRIES;
      }
      if (kernel.has("policy/permstable32_version/0x000002")) {
        return PolicyDfa.Form.ENTRIES;
      }
    }
    return PolicyDfa.Form.WORDS;
  }

  /** Returns whether rows of tables may be stored as differences from other rows. */
  boolean hasRelativeRows() {
    return kernel.has("policy/diff_encode") || kernel.has("policy/diff-encode");
  }

  /** Returns whether tables may have more than 65535 states. */
  boolean hasWideTables() {
    return kernel.has("policy/state32");
  }
}
