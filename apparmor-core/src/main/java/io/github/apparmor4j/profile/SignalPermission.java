package io.github.apparmor4j.profile;

import java.util.Optional;

/** Which side of a signal a task may be on. */
public enum SignalPermission implements Permission {
  /** Send it. */
  SEND(0x2),
  /** Receive it. */
  RECEIVE(0x4);

  private final int bit;

  SignalPermission(int bit) {
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
  public static Optional<SignalPermission> named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
