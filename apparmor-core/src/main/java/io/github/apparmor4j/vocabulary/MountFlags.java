package io.github.apparmor4j.vocabulary;

/**
 * The numbers that rules and questions about mounts have in the policy table: permissions, and the
 * flags of {@code mount(2)} (the kernel's {@code MS_*}) that say what is done.
 */
public final class MountFlags {

  /** Permission of {@code pivot_root(2)}. */
  public static final int PIVOT_ROOT_PERMISSION = 1;

  /** Permission of {@code mount(2)}. */
  public static final int MOUNT_PERMISSION = 2;

  /** Permission of {@code umount(2)}. */
  public static final int UMOUNT_PERMISSION = 4;

  /** Change a mount ({@code MS_REMOUNT}). */
  public static final int REMOUNT = 1 << 5;

  /** Show a directory in a second place ({@code MS_BIND}). */
  public static final int BIND = 1 << 12;

  /** Move a mount ({@code MS_MOVE}). */
  public static final int MOVE = 1 << 13;

  /** Include the mounts below ({@code MS_REC}). */
  public static final int REC = 1 << 14;

  /** Suppress the kernel's messages ({@code MS_SILENT}). */
  public static final int SILENT = 1 << 15;

  /** Change how mounts spread: unbindable, private, slave, shared. */
  public static final int PROPAGATION = 1 << 17 | 1 << 18 | 1 << 19 | 1 << 20;

  private MountFlags() {}
}
