package io.github.apparmor4j.profile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A protocol name that stands for families and a type in a network rule. */
@SuppressWarnings("ImmutableEnumChecker") // the lists are unmodifiable
public enum NetworkProtocol {
  /** Stream sockets of {@code inet} and {@code inet6}. */
  TCP(SocketType.STREAM, NetworkFamily.INET, NetworkFamily.INET6),
  /** Datagram sockets of {@code inet} and {@code inet6}. */
  UDP(SocketType.DGRAM, NetworkFamily.INET, NetworkFamily.INET6),
  /** Raw sockets of {@code inet}. */
  ICMP(SocketType.RAW, NetworkFamily.INET);

  private final SocketType type;
  private final List<NetworkFamily> families;

  NetworkProtocol(SocketType type, NetworkFamily... families) {
    this.type = type;
    this.families = List.of(families);
  }

  /** Returns the protocol of a word, or {@code null} if there is none. */
  public static @Nullable NetworkProtocol named(String word) {
    return Words.named(values(), word);
  }

  /** Returns the sockets' type. */
  public SocketType type() {
    return type;
  }

  /** Returns the families that know the protocol. */
  public List<NetworkFamily> families() {
    return families;
  }

  /** Returns the word as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
