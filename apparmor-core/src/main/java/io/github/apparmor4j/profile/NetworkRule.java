package io.github.apparmor4j.profile;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A rule about sockets: {@code network inet stream,}, {@code network (create) unix,}, {@code
 * network tcp,}.
 *
 * @param qualifiers the qualifiers before the rule
 * @param permissions sorted, without repeats; empty for all
 * @param family the address family, or {@code null} for every one
 * @param type the socket type, or {@code null} for every one
 * @param protocol the protocol, or {@code null}; excludes a type
 * @param local conditions on the own side
 * @param peer conditions on the other side
 */
public record NetworkRule(
    Qualifiers qualifiers,
    List<NetworkPermission> permissions,
    @Nullable NetworkFamily family,
    @Nullable SocketType type,
    @Nullable Protocol protocol,
    Endpoint local,
    Endpoint peer)
    implements Rule {

  /** A name that stands for address families and a socket type in a network rule. */
  @SuppressWarnings("ImmutableEnumChecker") // the lists are unmodifiable
  public enum Protocol {
    /** Stream sockets of {@code inet} and {@code inet6}. */
    TCP(SocketType.STREAM, NetworkFamily.INET, NetworkFamily.INET6),
    /** Datagram sockets of {@code inet} and {@code inet6}. */
    UDP(SocketType.DGRAM, NetworkFamily.INET, NetworkFamily.INET6),
    /** Raw sockets of {@code inet}. */
    ICMP(SocketType.RAW, NetworkFamily.INET);

    private final SocketType type;
    private final List<NetworkFamily> families;

    Protocol(SocketType type, NetworkFamily... families) {
      this.type = type;
      this.families = List.of(families);
    }

    /** Returns the protocol for a word; empty if there is none. */
    public static Optional<Protocol> named(String word) {
      return Words.named(values(), word);
    }

    /** Returns the sockets' type. */
    public SocketType type() {
      return type;
    }

    /** Returns the families that have the protocol. */
    public List<NetworkFamily> families() {
      return families;
    }

    /** Returns the word as it stands in a profile. */
    @Override
    public String toString() {
      return Words.keyword(this);
    }
  }

  /** The families that have internet addresses and ports. */
  private static final Set<NetworkFamily> INTERNET =
      EnumSet.of(NetworkFamily.INET, NetworkFamily.INET6);

  /** Rejects parts that don't go together and sorts the permissions. */
  public NetworkRule {
    Objects.requireNonNull(qualifiers, "qualifiers")
        .withoutOwnership("network")
        .withoutPriority("network");
    permissions = Words.sortedSet(permissions);
    if (protocol != null) {
      if (type != null) {
        throw new IllegalArgumentException("both a type and a protocol: " + type + " " + protocol);
      }
      if (family != null && !protocol.families().contains(family)) {
        throw new IllegalArgumentException("family " + family + " has no protocol " + protocol);
      }
    }
    if (peer.interfaceName() != null) {
      throw new IllegalArgumentException("interface= can't stand in peer=(…)");
    }
    if (local.assignedLabel() != null) {
      throw new IllegalArgumentException("label:= can only stand in peer=(…)");
    }
    if (!peer.isAny() && !permissions.stream().allMatch(NetworkPermission::hasPeer)) {
      throw new IllegalArgumentException(
          "only send, receive, connect and accept have a peer: " + permissions);
    }
    if (family != null && !INTERNET.contains(family) && isInternet(local, peer)) {
      throw new IllegalArgumentException(
          "sockets of the family " + family + " have no internet address");
    }
  }

  /** Makes a rule without conditions about either side. */
  public NetworkRule(
      Qualifiers qualifiers,
      List<NetworkPermission> permissions,
      @Nullable NetworkFamily family,
      @Nullable SocketType type,
      @Nullable Protocol protocol) {
    this(qualifiers, permissions, family, type, protocol, Endpoint.ANY, Endpoint.ANY);
  }

  /** Returns {@code network,}: everything. */
  public static NetworkRule all() {
    return new NetworkRule(Qualifiers.NONE, List.of(), null, null, null);
  }

  /** Returns {@code network family,}. */
  public static NetworkRule of(NetworkFamily family) {
    return new NetworkRule(Qualifiers.NONE, List.of(), family, null, null);
  }

  /** Returns {@code network family type,}. */
  public static NetworkRule of(NetworkFamily family, SocketType type) {
    return new NetworkRule(Qualifiers.NONE, List.of(), family, type, null);
  }

  @Override
  public NetworkRule withQualifiers(Qualifiers newQualifiers) {
    return new NetworkRule(newQualifiers, permissions, family, type, protocol, local, peer);
  }

  private static boolean isInternet(Endpoint local, Endpoint peer) {
    return !local.isAny() || peer.ip() != null || peer.ports() != null;
  }

  /**
   * Returns the families that the rule is about; empty if it is about all, even those without a
   * name.
   */
  public Optional<Set<NetworkFamily>> families() {
    if (family != null) {
      return Optional.of(EnumSet.of(family));
    }
    if (protocol != null) {
      return Optional.of(Set.copyOf(protocol.families()));
    }
    if (isInternet(local, peer)) {
      return Optional.of(Set.copyOf(INTERNET));
    }
    return type == null ? Optional.empty() : Optional.of(EnumSet.allOf(NetworkFamily.class));
  }

  /** Returns this rule with conditions about both sides. */
  public NetworkRule between(Endpoint own, Endpoint other) {
    return new NetworkRule(qualifiers, permissions, family, type, protocol, own, other);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.NETWORK;
  }

  @Override
  public List<String> patterns() {
    return Words.present(local.interfaceName(), local.label(), peer.label(), peer.assignedLabel());
  }

  @Override
  public List<Part> parts() {
    return List.of(
        SetPart.orAll(permissions),
        new SetPart(families().orElse(null)),
        SetPart.orAny(protocol == null ? type : protocol.type()),
        SetPart.orAny(local.isAny() ? null : local),
        SetPart.orAny(peer.isAny() ? null : peer));
  }

  @Override
  public NetworkRule withPatterns(UnaryOperator<String> change) {
    return between(local.withPatterns(change), peer.withPatterns(change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "network"
        + Words.list(permissions)
        + (family == null ? "" : " " + family)
        + (type == null ? "" : " " + type)
        + (protocol == null ? "" : " " + protocol)
        + local
        + Words.peer(peer.toString())
        + ",";
  }
}
