package io.github.apparmor4j.policy;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Profiles ready for a kernel. Immutable.
 *
 * @param profiles parents before their children
 */
public record CompiledPolicy(List<KernelProfile> profiles) {

  /** Copies the list. */
  public CompiledPolicy {
    profiles = List.copyOf(profiles);
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

  /**
   * Returns the binary form of all profiles, one after the other: what a kernel's {@code .replace}
   * takes. A new array.
   */
  public byte[] toBytes() {
    PolicyWriter writer = new PolicyWriter();
    profiles.forEach(writer::profile);
    return writer.bytes();
  }

  /**
   * Writes the binary form.
   *
   * @throws IOException if {@code out} does
   */
  public void writeTo(OutputStream out) throws IOException {
    out.write(toBytes());
  }

  /** Returns the SHA-256 of the binary form, 64 hexadecimal digits: the policy's identity. */
  public String fingerprint() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(toBytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * Returns a readable dump: headers, capabilities and each state of each DFA with what leads
   * where.
   */
  public String dump() {
    return PolicyDump.dump(profiles);
  }
}
