package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code unix (send receive) type=stream addr=@name peer=(label=y),}: sockets of the family {@code
 * unix}. A {@code null} condition matches everything.
 *
 * @param qualifiers the qualifiers before the rule
 * @param permissions sorted, without repeats; empty for all that make sense with the conditions
 * @param type the sockets' type
 * @param address pattern of an abstract name with {@code @} before it, {@code none} or {@code auto}
 * @param peerAddress the same for the other side
 * @param peerLabel pattern of the other side's label
 */
public record UnixRule(
    Qualifiers qualifiers,
    List<NetworkPermission> permissions,
    @Nullable SocketType type,
    @Nullable String address,
    @Nullable String peerAddress,
    @Nullable String peerLabel)
    implements Rule {

  /** Rejects conditions that don't go with the permissions. */
  public UnixRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("unix");
    permissions = Words.sortedSet(permissions);
    checkedAddress(address);
    checkedAddress(peerAddress);
    Words.checkedOrNull(peerLabel, "peer label");
    if ((peerAddress != null || peerLabel != null)
        && !permissions.stream().allMatch(NetworkPermission::hasPeer)) {
      throw new IllegalArgumentException(
          "only send, receive, connect and accept have a peer: " + permissions);
    }
  }

  private static void checkedAddress(@Nullable String address) {
    if (address != null
        && !Words.checked(address, "address").equals("none")
        && !address.startsWith("@")
        && !address.equals("auto")) {
      throw new IllegalArgumentException(
          "an address starts with '@', or is 'none' or 'auto': " + address);
    }
  }

  /**
   * Returns a rule about all sockets, without qualifiers; if no permissions are given, it is about
   * all of them.
   */
  public static UnixRule of(NetworkPermission... permissions) {
    return new UnixRule(Qualifiers.NONE, List.of(permissions), null, null, null, null);
  }

  /** Returns this rule about another type of socket; {@code null} for every one. */
  public UnixRule withType(@Nullable SocketType newType) {
    return new UnixRule(qualifiers, permissions, newType, address, peerAddress, peerLabel);
  }

  @Override
  public UnixRule withQualifiers(Qualifiers newQualifiers) {
    return new UnixRule(newQualifiers, permissions, type, address, peerAddress, peerLabel);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.UNIX;
  }

  @Override
  public List<String> patterns() {
    return Words.present(address, peerAddress, peerLabel);
  }

  @Override
  public List<Part> parts() {
    return List.of(
        SetPart.orAll(permissions),
        SetPart.orAny(type),
        new NamePart(address),
        new NamePart(peerAddress),
        new NamePart(peerLabel));
  }

  @Override
  public UnixRule withPatterns(UnaryOperator<String> change) {
    return new UnixRule(
        qualifiers,
        permissions,
        type,
        Words.changed(address, change),
        Words.changed(peerAddress, change),
        Words.changed(peerLabel, change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "unix"
        + Words.list(permissions)
        + (type == null ? "" : " type=" + type)
        + Words.condition("addr", address)
        + Words.peer(
            Words.listCondition("addr", peerAddress) + Words.listCondition("label", peerLabel))
        + ",";
  }
}
