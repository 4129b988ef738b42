package io.github.apparmor4j.profile;

import java.util.Optional;

/** A permission on a message bus. */
public enum DbusPermission implements Permission {
  /** Send messages. */
  SEND(0x2),
  /** Receive messages. */
  RECEIVE(0x4),
  /** Read messages between others. */
  EAVESDROP(0x20),
  /** Own a name. */
  BIND(0x40);

  private final int bit;

  DbusPermission(int bit) {
    this.bit = bit;
  }

  @Override
  public int bit() {
    return bit;
  }

  /**
   * Returns the permission for a word, {@code r} and {@code w} included; empty if there is none.
   */
  public static Optional<DbusPermission> named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
