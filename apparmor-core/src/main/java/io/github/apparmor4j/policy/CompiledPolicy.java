package io.github.apparmor4j.policy;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiled profiles, ready for a kernel. Immutable and thread-safe; equal if their profiles are
 * equal. The binary form is made when it is first asked for, and kept.
 *
 * <pre>{@code
 * ProfileFile file = ProfileParser.parseOrThrow("profile web { /srv/www/** r, }");
 * CompiledPolicy policy = KernelRelease.LINUX_6_12.compiler().compileOrThrow(file);
 * byte[] binary = policy.toBytes();
 * }</pre>
 */
public final class CompiledPolicy {

  private final List<KernelProfile> profiles;

  // Made on first use; threads that race make equal values.
  private volatile byte @Nullable [] bytes;
  private volatile @Nullable String fingerprint;

  /**
   * Makes a policy of profiles.
   *
   * @param profiles parents before their children; copied
   */
  public CompiledPolicy(List<KernelProfile> profiles) {
    this.profiles = List.copyOf(profiles);
  }

  /** Returns the profiles, parents before their children. */
  public List<KernelProfile> profiles() {
    return profiles;
  }

  /** Returns a policy of these profiles in a namespace, whatever namespace they have now. */
  public CompiledPolicy inNamespace(String namespace) {
    return new CompiledPolicy(
        profiles.stream().map(profile -> profile.inNamespace(namespace)).toList());
  }

  /**
   * Returns a policy of these profiles in complain mode: a kernel only logs what they don't allow.
   */
  public CompiledPolicy complaining() {
    return new CompiledPolicy(profiles.stream().map(KernelProfile::complaining).toList());
  }

  private byte[] kept() {
    byte[] made = bytes;
    if (made == null) {
      PolicyWriter writer = new PolicyWriter();
      profiles.forEach(writer::profile);
      made = writer.bytes();
      bytes = made;
    }
    return made;
  }

  /**
   * Returns the binary form of all profiles, one after the other: what a kernel's {@code .replace}
   * takes. The array is a new one on every call.
   */
  public byte[] toBytes() {
    return kept().clone();
  }

  /**
   * Writes the binary form.
   *
   * @throws IOException if {@code out} throws it
   */
  public void writeTo(OutputStream out) throws IOException {
    out.write(kept());
  }

  /** Returns the SHA-256 of the binary form as 64 hexadecimal digits: the policy's identity. */
  public String fingerprint() {
    String made = fingerprint;
    if (made == null) {
      try {
        made = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(kept()));
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every JDK has SHA-256", e);
      }
      fingerprint = made;
    }
    return made;
  }

  /**
   * Returns a readable dump: headers, capabilities, and each state of each DFA with its
   * transitions.
   */
  public String dump() {
    return PolicyDump.dump(profiles);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CompiledPolicy policy && profiles.equals(policy.profiles);
  }

  @Override
  public int hashCode() {
    return profiles.hashCode();
  }

  /** Returns the profiles' names. */
  @Override
  public String toString() {
    return profiles.stream().map(KernelProfile::qualifiedName).toList().toString();
  }
}
