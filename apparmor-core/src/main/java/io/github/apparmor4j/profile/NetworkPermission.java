package io.github.apparmor4j.profile;

import java.util.Optional;

/** A permission on a socket (the kernel's {@code AA_MAY_*}). */
public enum NetworkPermission implements Permission {
  /** Send. */
  SEND(0x2),
  /** Receive. */
  RECEIVE(0x4),
  /** Make a socket. */
  CREATE(0x10),
  /** Shut a socket down. */
  SHUTDOWN(0x20),
  /** Connect a socket. */
  CONNECT(0x40),
  /** Change a socket's attributes. */
  SETATTR(0x100),
  /** Read a socket's attributes. */
  GETATTR(0x200),
  /** Accept a connection. */
  ACCEPT(0x100000),
  /** Give a socket an address. */
  BIND(0x200000),
  /** Wait for connections. */
  LISTEN(0x400000),
  /** Set an option. */
  SETOPT(0x1000000),
  /** Read an option. */
  GETOPT(0x2000000);

  private final int bit;

  NetworkPermission(int bit) {
    this.bit = bit;
  }

  @Override
  public int bit() {
    return bit;
  }

  /** Returns whether another side takes part; only then can a rule say which. */
  public boolean hasPeer() {
    return switch (this) {
      case SEND, RECEIVE, CONNECT, ACCEPT -> true;
      case CREATE, SHUTDOWN, SETATTR, GETATTR, BIND, LISTEN, SETOPT, GETOPT -> false;
    };
  }

  /**
   * Returns the permission for a word, {@code r} and {@code w} included; empty if there is none.
   */
  public static Optional<NetworkPermission> named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
