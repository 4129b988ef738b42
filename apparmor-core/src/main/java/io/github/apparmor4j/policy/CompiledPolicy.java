package io.github.apparmor4j.policy;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Profiles ready for a kernel. Immutable and thread-safe; equal if their profiles are. The binary
 * form is made when it is first asked for, and kept.
 */
public final class CompiledPolicy {

  private final List<KernelProfile> profiles;

  // Made by whoever comes first; if two do, they make the same.
  private volatile byte @Nullable [] bytes;
  private volatile @Nullable String fingerprint;

  /**
   * Takes profiles.
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

  /** Returns these profiles in a namespace, whatever theirs is. */
  public CompiledPolicy inNamespace(String namespace) {
    return new CompiledPolicy(
        profiles.stream().map(profile -> profile.inNamespace(namespace)).toList());
  }

  /** Returns these profiles so that a kernel only logs what they don't allow. */
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
   * takes. A new array.
   */
  public byte[] toBytes() {
    return kept().clone();
  }

  /**
   * Writes the binary form.
   *
   * @throws IOException if {@code out} does
   */
  public void writeTo(OutputStream out) throws IOException {
    out.write(kept());
  }

  /** Returns the SHA-256 of the binary form, 64 hexadecimal digits: the policy's identity. */
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
   * Returns a readable dump: headers, capabilities and each state of each DFA with what leads
   * where.
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
