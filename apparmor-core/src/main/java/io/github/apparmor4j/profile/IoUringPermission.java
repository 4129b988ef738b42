package io.github.apparmor4j.profile;

import java.util.Optional;

/** A permission to use {@code io_uring}. */
public enum IoUringPermission implements Permission {
  /** Act with the credentials of another task. */
  OVERRIDE_CREDS(0x8),
  /** Have a kernel thread poll. */
  SQPOLL(0x10);

  private final int bit;

  IoUringPermission(int bit) {
    this.bit = bit;
  }

  @Override
  public int bit() {
    return bit;
  }

  /** Returns the permission for a word; empty if there is none. */
  public static Optional<IoUringPermission> named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
