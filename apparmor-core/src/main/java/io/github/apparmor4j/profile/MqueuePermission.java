package io.github.apparmor4j.profile;

import java.util.Optional;

/** What a task may do with a message queue. */
public enum MqueuePermission implements Permission {
  /** Send a message. */
  WRITE(0x2),
  /** Receive one. */
  READ(0x4),
  /** Make a queue. */
  CREATE(0x10),
  /** Remove it. */
  DELETE(0x20),
  /** Open it. */
  OPEN(0x40),
  /** Change its attributes. */
  SETATTR(0x100),
  /** Read its attributes. */
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
   * Returns the permission of a word, {@code r} and {@code w} included, or nothing if there is
   * none.
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
