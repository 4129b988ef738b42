package io.github.apparmor4j.compile;

import io.github.apparmor4j.features.Features;

/** What is in force for a policy on a kernel: the features that both know. */
final class Mediation {

  private final Features kernel;
  private final Features policy;

  Mediation(Features kernel, Features policy) {
    this.kernel = kernel;
    this.policy = policy;
  }

  boolean has(String feature) {
    return kernel.has(feature) && policy.has(feature);
  }

  /**
   * Returns the version word: the kernel ABI, and the parser's and the policy's version in newer
   * ones.
   */
  int version() {
    if (kernel.has("policy/versions/v7")) {
      return 7 | 2 << 12 | 2 << 20;
    }
    return kernel.has("policy/versions/v6") ? 6 | 2 << 12 | 2 << 20 : 5;
  }
}
