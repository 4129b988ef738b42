package io.github.apparmor4j.compile;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.PolicyReader;
import java.util.Objects;
import java.util.Optional;

/**
 * A released kernel: what it can enforce, what policy it takes and how it answers. For Debian's
 * kernels all of that was tested (docs/real-kernels.md); {@link #isVerified} says for which others
 * it was not.
 *
 * <pre>{@code
 * PolicyCompiler compiler = KernelRelease.LINUX_6_12.compiler();
 * CompiledPolicy policy = compiler.compileOrThrow(profileFile);
 * }</pre>
 */
@SuppressWarnings("ImmutableEnumChecker") // features are immutable
public enum KernelRelease {
  /** Linux 6.1, of Debian bookworm. */
  LINUX_6_1("6.1", Features.LINUX_6_1, PolicyReader.Kernel.LINUX_6_1, "SHA-1"),

  /** Linux 6.12, of Debian trixie. */
  LINUX_6_12("6.12", Features.LINUX_6_12, PolicyReader.Kernel.LINUX_6_12, "SHA-256"),

  /** Linux 7.2, of Debian sid. */
  LINUX_7_2("7.2", Features.LINUX_7_2, PolicyReader.Kernel.LINUX_7_2, "SHA-256"),

  /**
   * Linux 6.8, of Ubuntu 24.04, which mediates user namespaces and POSIX message queues. It is not
   * verified. Its features are those of AppArmor's file {@code abi/4.0}, which lists what that
   * kernel has. What policy it takes, and its digest, are assumed to be the same as for 6.12.
   */
  UBUNTU_24_04(
      "ubuntu-24.04",
      Objects.requireNonNull(Features.builtInAbis().get("abi/4.0")),
      PolicyReader.Kernel.LINUX_6_12,
      "SHA-256");

  private final String version;
  private final Features features;
  private final PolicyReader.Kernel reader;
  private final String digest;

  KernelRelease(String version, Features features, PolicyReader.Kernel reader, String digest) {
    this.version = version;
    this.features = features;
    this.reader = reader;
    this.digest = digest;
  }

  /** Returns whether all of this was tested on a real kernel of the release. */
  public boolean isVerified() {
    return this != UBUNTU_24_04;
  }

  /**
   * Returns the release with a version such as {@code 6.12} or {@code ubuntu-24.04}, or nothing if
   * there is none.
   */
  public static Optional<KernelRelease> named(String version) {
    for (KernelRelease release : values()) {
      if (release.version.equals(version)) {
        return Optional.of(release);
      }
    }
    return Optional.empty();
  }

  /** Returns what the kernel can enforce. */
  public Features features() {
    return features;
  }

  /** Returns what policy the kernel takes, and how it answers where kernels differ. */
  public PolicyReader.Kernel reader() {
    return reader;
  }

  /**
   * Returns the name of the digest by which the kernel shows profiles' hashes, such as {@code
   * SHA-256}.
   */
  public String digest() {
    return digest;
  }

  /** Returns a compiler for the kernel, with default settings. */
  public PolicyCompiler compiler() {
    return PolicyCompiler.forKernel(features);
  }

  /** Returns the version, such as {@code 6.12}. */
  @Override
  public String toString() {
    return version;
  }
}
