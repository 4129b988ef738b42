package io.github.apparmor4j.profile;

import java.util.Optional;
import java.util.stream.Stream;

/** A socket's type ({@code SOCK_*} of {@code linux/net.h}). */
public enum SocketType {
  /** {@code SOCK_STREAM}. */
  STREAM(1),
  /** {@code SOCK_DGRAM}. */
  DGRAM(2),
  /** {@code SOCK_RAW}. */
  RAW(3),
  /** {@code SOCK_RDM}. */
  RDM(4),
  /** {@code SOCK_SEQPACKET}. */
  SEQPACKET(5),
  /** {@code SOCK_PACKET}. */
  PACKET(10);

  private final int number;

  SocketType(int number) {
    this.number = number;
  }

  /** Returns the type for a word such as {@code stream}; empty if there is none. */
  public static Optional<SocketType> named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the type with a number of the kernel's; empty if there is none. */
  public static Optional<SocketType> numbered(int number) {
    return Stream.of(values()).filter(each -> each.number == number).findFirst();
  }

  /** Returns the kernel's number. */
  public int number() {
    return number;
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
