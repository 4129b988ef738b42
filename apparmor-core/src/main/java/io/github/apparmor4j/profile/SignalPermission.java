package io.github.apparmor4j.profile;

import java.util.Optional;

/** A permission to send or to receive signals. */
public enum SignalPermission implements Permission {
  /** Send a signal. */
  SEND(0x2),
  /** Receive a signal. */
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
   * Returns the permission for a word, {@code r} and {@code w} included; empty if there is none.
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
