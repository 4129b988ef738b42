package io.github.apparmor4j.vocabulary;

/**
 * Classes of the policy table: the first byte of a string in it (the kernel's {@code AA_CLASS_*}).
 * Also the bytes in a socket's string that say what the socket is asked for.
 */
public final class PolicyClass {

  /** No class: what is not in a table. */
  public static final int NONE = -1;

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

  /** Sockets, in the newest kernels. */
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

  /** After a socket's own side: the other side follows. */
  public static final int PEER_COMMAND = 1;

  /** After a socket's own side: it listens; the length of its queue follows, in two bytes. */
  public static final int LISTEN_COMMAND = 2;

  /** After a socket's own side: an option; its level and number follow. */
  public static final int OPTION_COMMAND = 4;

  private PolicyClass() {}
}
