package io.github.apparmor4j.profile;

import java.util.Optional;

/** What a task may do to another, or have done to it, by {@code ptrace(2)} and its like. */
public enum PtracePermission implements Permission {
  /** Trace another. */
  TRACE(0x2),
  /** Read another's state. */
  READ(0x4),
  /** Be traced. */
  TRACEDBY(0x8),
  /** Have its state read. */
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
   * Returns the permission of a word, {@code r} and {@code w} included, or nothing if there is
   * none.
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
