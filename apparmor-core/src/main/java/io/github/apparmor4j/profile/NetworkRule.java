package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code network inet stream,}, {@code network (create) unix,}, {@code network tcp,}.
 *
 * @param qualifiers what stands before
 * @param permissions sorted, without repeats; empty for all
 * @param family or {@code null} for every one
 * @param type or {@code null} for every one
 * @param protocol or {@code null}; excludes a type
 */
public record NetworkRule(
    Qualifiers qualifiers,
    List<NetworkPermission> permissions,
    @Nullable NetworkFamily family,
    @Nullable SocketType type,
    @Nullable NetworkProtocol protocol)
    implements Rule {

  /** Checks how the parts go together and sorts the permissions. */
  public NetworkRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("network");
    permissions = Words.sortedSet(permissions);
    if (qualifiers.priority() != 0) {
      throw new IllegalArgumentException("network rules have no priority");
    }
    if (protocol != null) {
      if (type != null) {
        throw new IllegalArgumentException("both a type and a protocol: " + type + " " + protocol);
      }
      if (family != null && !protocol.families().contains(family)) {
        throw new IllegalArgumentException("no protocol " + protocol + " in family " + family);
      }
    }
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
    return new NetworkRule(newQualifiers, permissions, family, type, protocol);
  }

  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public String toString() {
    return qualifiers
        + "network"
        + Words.list(permissions)
        + (family == null ? "" : " " + family)
        + (type == null ? "" : " " + type)
        + (protocol == null ? "" : " " + protocol)
        + ",";
  }
}
