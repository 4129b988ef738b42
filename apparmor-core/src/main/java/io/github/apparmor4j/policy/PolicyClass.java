package io.github.apparmor4j.policy;

/**
 * Classes of the policy table: the first byte of a string in it (the kernel's {@code AA_CLASS_*}),
 * and how permissions of a class lie in an accept word.
 */
public final class PolicyClass {

  /** Files; their strings are in a table of their own. */
  public static final int FILE = 2;

  /** Sockets, up to AppArmor 2.x. */
  public static final int NETWORK_V7 = 4;

  /** Mount, remount, umount, pivot_root. */
  public static final int MOUNT = 7;

  /** {@code ptrace(2)}. */
  public static final int PTRACE = 9;

  /** Signals. */
  public static final int SIGNAL = 10;

  /** Sockets. */
  public static final int NETWORK = 14;

  /** Sockets, of the newest kernels. */
  public static final int NETWORK_V9 = 15;

  /** POSIX message queues. */
  public static final int POSIX_MQUEUE = 17;

  /** System V message queues. */
  public static final int SYSV_MQUEUE = 18;

  /** User namespaces. */
  public static final int USERNS = 21;

  /** {@code io_uring}. */
  public static final int IO_URING = 22;

  /** Packets. */
  public static final int PACKETS = 30;

  /** D-Bus. */
  public static final int DBUS = 32;

  private PolicyClass() {}

  /**
   * Returns the bits of an accept word for permissions of sockets, which reach above its lower
   * seven bits.
   */
  public static int acceptBits(int permissions) {
    return (permissions & 0x7f)
        | (permissions & 0x300) << 6
        | (permissions & 0x700000) >> 4
        | (permissions & 0x3000000) >> 5;
  }
}
