package io.github.apparmor4j.profile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A mount option: bits of {@code mount(2)}'s flags that it sets or clears ({@code MS_*} of {@code
 * linux/mount.h}).
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are unmodifiable
public enum MountOption {
  /** {@code ro}. */
  RO(0x1, 0, "r", "read-only"),
  /** {@code rw}. */
  RW(0, 0x1, "w"),
  /** {@code suid}. */
  SUID(0, 0x2),
  /** {@code nosuid}. */
  NOSUID(0x2, 0),
  /** {@code dev}. */
  DEV(0, 0x4),
  /** {@code nodev}. */
  NODEV(0x4, 0),
  /** {@code exec}. */
  EXEC(0, 0x8),
  /** {@code noexec}. */
  NOEXEC(0x8, 0),
  /** {@code sync}. */
  SYNC(0x10, 0),
  /** {@code async}. */
  ASYNC(0, 0x10),
  /** {@code remount}. */
  REMOUNT(0x20, 0),
  /** {@code mand}. */
  MAND(0x40, 0),
  /** {@code nomand}. */
  NOMAND(0, 0x40),
  /** {@code dirsync}. */
  DIRSYNC(0x80, 0),
  /** {@code symfollow}. */
  SYMFOLLOW(0, 0x100),
  /** {@code nosymfollow}. */
  NOSYMFOLLOW(0x100, 0),
  /** {@code atime}. */
  ATIME(0, 0x400),
  /** {@code noatime}. */
  NOATIME(0x400, 0),
  /** {@code diratime}. */
  DIRATIME(0, 0x800),
  /** {@code nodiratime}. */
  NODIRATIME(0x800, 0),
  /** {@code bind}. */
  BIND(0x1000, 0, "B"),
  /** {@code move}. */
  MOVE(0x2000, 0, "M"),
  /** {@code rbind}. */
  RBIND(0x5000, 0, "R"),
  /** {@code verbose}. */
  VERBOSE(0x8000, 0, "silent"),
  /** {@code loud}. */
  LOUD(0, 0x8000),
  /** {@code acl}. */
  ACL(0x10000, 0),
  /** {@code noacl}. */
  NOACL(0, 0x10000),
  /** {@code unbindable}. */
  UNBINDABLE(0x20000, 0, "make-unbindable"),
  /** {@code runbindable}. */
  RUNBINDABLE(0x24000, 0, "make-runbindable"),
  /** {@code private}. */
  PRIVATE(0x40000, 0, "make-private"),
  /** {@code rprivate}. */
  RPRIVATE(0x44000, 0, "make-rprivate"),
  /** {@code slave}. */
  SLAVE(0x80000, 0, "make-slave"),
  /** {@code rslave}. */
  RSLAVE(0x84000, 0, "make-rslave"),
  /** {@code shared}. */
  SHARED(0x100000, 0, "make-shared"),
  /** {@code rshared}. */
  RSHARED(0x104000, 0, "make-rshared"),
  /** {@code relatime}. */
  RELATIME(0x200000, 0),
  /** {@code norelatime}. */
  NORELATIME(0, 0x200000),
  /** {@code iversion}. */
  IVERSION(0x800000, 0),
  /** {@code noiversion}. */
  NOIVERSION(0, 0x800000),
  /** {@code strictatime}. */
  STRICTATIME(0x1000000, 0),
  /** {@code nostrictatime}. */
  NOSTRICTATIME(0, 0x1000000),
  /** {@code lazytime}. */
  LAZYTIME(0x2000000, 0),
  /** {@code nolazytime}. */
  NOLAZYTIME(0, 0x2000000),
  /** {@code user}. */
  USER(0, 0x80000000),
  /** {@code nouser}. */
  NOUSER(0x80000000, 0);

  private static final Map<String, MountOption> BY_NAME = new HashMap<>();

  static {
    for (MountOption option : values()) {
      BY_NAME.put(option.toString(), option);
      option.aliases.forEach(alias -> BY_NAME.put(alias, option));
    }
  }

  private final int set;
  private final int clear;
  private final List<String> aliases;

  MountOption(int set, int clear, String... aliases) {
    this.set = set;
    this.clear = clear;
    this.aliases = List.of(aliases);
  }

  /**
   * Returns the option for a word such as {@code ro} or {@code make-private}; empty if there is
   * none.
   */
  public static Optional<MountOption> named(String word) {
    return Optional.ofNullable(BY_NAME.get(word));
  }

  /** Returns the flag bits that the option sets. */
  public int set() {
    return set;
  }

  /** Returns the flag bits that the option clears. */
  public int clear() {
    return clear;
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
