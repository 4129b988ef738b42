package io.github.apparmor4j.access;

import static io.github.apparmor4j.policy.MountFlags.BIND;
import static io.github.apparmor4j.policy.MountFlags.MOVE;
import static io.github.apparmor4j.policy.MountFlags.PROPAGATION;
import static io.github.apparmor4j.policy.MountFlags.REC;
import static io.github.apparmor4j.policy.MountFlags.REMOUNT;
import static io.github.apparmor4j.policy.MountFlags.SILENT;

import io.github.apparmor4j.policy.MountFlags;
import io.github.apparmor4j.policy.PolicyClass;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.source.SourceText;
import java.io.ByteArrayOutputStream;

/**
 * A question as the kernel puts it to the policy table: docs/binary-policy.md.
 *
 * @param string class and fields; not copied
 * @param wanted bits of the accept word (of the kernel's answer to {@code .access} only where they
 *     are the same: not those of sockets)
 */
public record Query(byte[] string, int wanted) {

  /**
   * Returns the question for an access.
   *
   * @throws IllegalArgumentException for files and capabilities, which are not in the policy table
   */
  public static Query of(Access access) {
    if (access instanceof Access.Network network) {
      return of(network);
    }
    if (access instanceof Access.Signal signal) {
      return of(signal);
    }
    if (access instanceof Access.Ptrace ptrace) {
      return of(ptrace);
    }
    if (access instanceof Access.Mount mount) {
      return of(mount);
    }
    if (access instanceof Access.Umount umount) {
      return of(umount);
    }
    throw new IllegalArgumentException("not of the policy table: " + access);
  }

  /**
   * Returns the same question to another class: sockets are asked about in that of the policy's
   * version, {@link PolicyClass#NETWORK_V9} if it has one.
   */
  public Query inClass(int policyClass) {
    byte[] other = string.clone();
    other[0] = (byte) policyClass;
    return new Query(other, wanted);
  }

  int policyClass() {
    return string[0];
  }

  static Query of(Access.Network access) {
    int family = access.family().number();
    int type = access.type().number();
    return new Query(
        new byte[] {
          PolicyClass.NETWORK, (byte) (family >> 8), (byte) family, (byte) (type >> 8), (byte) type
        },
        PolicyClass.acceptBits(access.permission().bit()));
  }

  static Query of(Access.Signal access) {
    return new Query(
        fields(PolicyClass.SIGNAL).code(access.signal().code()).text(access.peer()).bytes(),
        access.permission().bit());
  }

  static Query of(Access.Ptrace access) {
    return new Query(
        fields(PolicyClass.PTRACE).text(access.peer()).bytes(), access.permission().bit());
  }

  static Query of(Access.Umount access) {
    return new Query(
        fields(PolicyClass.MOUNT).text(access.target()).bytes(), MountFlags.UMOUNT_PERMISSION);
  }

  /**
   * The kernel asks with other fields for each thing that {@code mount(2)} does; the first that the
   * flags say is done.
   */
  static Query of(Access.Mount access) {
    int flags = 0;
    for (MountOption option : access.options()) {
      flags = (flags | option.set()) & ~option.clear();
    }
    if ((flags & REMOUNT) != 0) {
      return mount(access.target(), "", "", flags);
    }
    if ((flags & BIND) != 0) {
      return mount(access.target(), access.source(), "", flags & (BIND | REC));
    }
    if ((flags & PROPAGATION) != 0) {
      return mount(access.target(), "", "", flags & (REC | SILENT | PROPAGATION));
    }
    if ((flags & MOVE) != 0) {
      return mount(access.target(), access.source(), "", MOVE);
    }
    return mount(access.target(), access.source(), access.fstype(), flags);
  }

  private static Query mount(String target, String source, String type, int flags) {
    Fields fields =
        fields(PolicyClass.MOUNT).text(target).code(0).text(source).code(0).text(type).code(0);
    for (int bit = 0; bit < 32; bit++) {
      if ((flags >>> bit & 1) != 0) {
        fields.code(bit + 1);
      }
    }
    return new Query(fields.bytes(), MountFlags.MOUNT_PERMISSION);
  }

  private static Fields fields(int policyClass) {
    return new Fields().code(policyClass);
  }

  private static final class Fields {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Fields code(int value) {
      out.write(value);
      return this;
    }

    Fields text(String text) {
      out.writeBytes(SourceText.encode(text));
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
