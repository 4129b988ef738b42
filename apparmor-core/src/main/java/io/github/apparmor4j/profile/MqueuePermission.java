package io.github.apparmor4j.profile;

import java.util.Optional;

/** A permission on a message queue. */
public enum MqueuePermission implements Permission {
  /** Send a message. */
  WRITE(0x2),
  /** Receive a message. */
  READ(0x4),
  /** Make a queue. */
  CREATE(0x10),
  /** Remove a queue. */
  DELETE(0x20),
  /** Open a queue. */
  OPEN(0x40),
  /** Change a queue's attributes. */
  SETATTR(0x100),
  /** Read a queue's attributes. */
  GETATTR(0x200);

  private final int bit;

  MqueuePermission(int bit) {
    this.bit = bit;
  }

  @Override
  public int bit() {
    return bit;
  }

  /**
   * Returns the permission for a word, {@code r} and {@code w} included; empty if there is none.
   */
  public static Optional<MqueuePermission> named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
