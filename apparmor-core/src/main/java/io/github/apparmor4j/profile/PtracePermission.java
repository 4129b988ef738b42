package io.github.apparmor4j.profile;

import java.util.Optional;

/**
 * A permission to trace or read another task by {@code ptrace(2)} and the like, or to be traced or
 * read.
 */
public enum PtracePermission implements Permission {
  /** Trace another task. */
  TRACE(0x2),
  /** Read another task's state. */
  READ(0x4),
  /** Be traced by another task. */
  TRACEDBY(0x8),
  /** Have its state read by another task. */
  READBY(0x10);

  private final int bit;

  PtracePermission(int bit) {
    this.bit = bit;
  }

  @Override
  public int bit() {
    return bit;
  }

  /**
   * Returns the permission for a word, {@code r} and {@code w} included; empty if there is none.
   */
  public static Optional<PtracePermission> named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
