package io.github.apparmor4j.profile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code dbus send bus=system path=/org/x member=Get peer=(label=y),}. A {@code null} condition
 * matches everything.
 *
 * @param qualifiers the qualifiers before the rule
 * @param permissions sorted, without repeats; empty for all that make sense with the conditions
 * @param bus pattern of the bus: {@code system}, {@code session}
 * @param path pattern of the object's path
 * @param interfaceName pattern of the interface
 * @param member pattern of the method's or signal's name
 * @param name pattern of the name to own
 * @param peerName pattern of a name that the other side owns
 * @param peerLabel pattern of the other side's label
 */
public record DbusRule(
    Qualifiers qualifiers,
    List<DbusPermission> permissions,
    @Nullable String bus,
    @Nullable String path,
    @Nullable String interfaceName,
    @Nullable String member,
    @Nullable String name,
    @Nullable String peerName,
    @Nullable String peerLabel)
    implements Rule {

  /** Rejects conditions that don't go with the permissions. */
  public DbusRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("dbus");
    permissions = Words.sortedSet(permissions);
    Stream.of(bus, path, interfaceName, member, name, peerName, peerLabel)
        .forEach(value -> Words.checkedQuotesOrNull(value, "condition"));
    boolean message =
        Stream.of(path, interfaceName, member, peerName, peerLabel).anyMatch(Objects::nonNull);
    if (message && name != null) {
      throw new IllegalArgumentException("name= is for bind, the other conditions for messages");
    }
    if (message && permissions.contains(DbusPermission.BIND)) {
      throw new IllegalArgumentException("bind has no conditions but bus= and name=");
    }
    if (name != null
        && (permissions.contains(DbusPermission.SEND)
            || permissions.contains(DbusPermission.RECEIVE))) {
      throw new IllegalArgumentException("send and receive have no name= outside of peer=()");
    }
    if ((message || name != null) && permissions.contains(DbusPermission.EAVESDROP)) {
      throw new IllegalArgumentException("eavesdrop has no condition but bus=");
    }
  }

  /** Returns a builder of a rule without conditions. */
  public static Builder builder(DbusPermission... permissions) {
    return new Builder(List.of(permissions));
  }

  /** Returns a builder that starts from this rule. */
  public Builder toBuilder() {
    Builder builder = new Builder(permissions);
    builder.qualifiers = qualifiers;
    builder.bus = bus;
    builder.path = path;
    builder.interfaceName = interfaceName;
    builder.member = member;
    builder.name = name;
    builder.peerName = peerName;
    builder.peerLabel = peerLabel;
    return builder;
  }

  /**
   * Returns the rule's permissions; if none are given, those that make sense with the conditions.
   */
  public List<DbusPermission> effectivePermissions() {
    if (!permissions.isEmpty()) {
      return permissions;
    }
    if (name != null) {
      return List.of(DbusPermission.BIND);
    }
    boolean message =
        Stream.of(path, interfaceName, member, peerName, peerLabel).anyMatch(Objects::nonNull);
    return message
        ? List.of(DbusPermission.SEND, DbusPermission.RECEIVE)
        : List.of(DbusPermission.values());
  }

  @Override
  public DbusRule withQualifiers(Qualifiers newQualifiers) {
    return new DbusRule(
        newQualifiers, permissions, bus, path, interfaceName, member, name, peerName, peerLabel);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.DBUS;
  }

  @Override
  public List<String> patterns() {
    return Words.present(bus, path, interfaceName, member, name, peerName, peerLabel);
  }

  @Override
  public List<Part> parts() {
    return List.of(
        new PathPart(path),
        new SetPart(Set.copyOf(effectivePermissions())),
        new NamePart(bus),
        new NamePart(interfaceName),
        new NamePart(member),
        new NamePart(name),
        new NamePart(peerName),
        new NamePart(peerLabel));
  }

  @Override
  public DbusRule withPatterns(UnaryOperator<String> change) {
    return new DbusRule(
        qualifiers,
        permissions,
        Words.changed(bus, change),
        Words.changed(path, change),
        Words.changed(interfaceName, change),
        Words.changed(member, change),
        Words.changed(name, change),
        Words.changed(peerName, change),
        Words.changed(peerLabel, change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "dbus"
        + (permissions.size() == 1 ? " " + permissions.get(0) : Words.list(permissions))
        + Words.condition("bus", bus)
        + Words.condition("path", path)
        + Words.condition("interface", interfaceName)
        + Words.condition("member", member)
        + Words.condition("name", name)
        + Words.peer(
            Words.listCondition("name", peerName) + Words.listCondition("label", peerLabel))
        + ",";
  }

  /** A builder of rules; not thread-safe. */
  public static final class Builder {
    private final List<DbusPermission> permissions;
    private Qualifiers qualifiers = Qualifiers.NONE;
    private @Nullable String bus;
    private @Nullable String path;
    private @Nullable String interfaceName;
    private @Nullable String member;
    private @Nullable String name;
    private @Nullable String peerName;
    private @Nullable String peerLabel;

    private Builder(Collection<DbusPermission> permissions) {
      this.permissions = new ArrayList<>(permissions);
    }

    /** Sets the bus's pattern. */
    public Builder bus(String pattern) {
      bus = pattern;
      return this;
    }

    /** Sets the pattern of the object's path. */
    public Builder path(String pattern) {
      path = pattern;
      return this;
    }

    /** Sets the interface's pattern. */
    public Builder interfaceName(String pattern) {
      interfaceName = pattern;
      return this;
    }

    /** Sets the pattern of the method's or signal's name. */
    public Builder member(String pattern) {
      member = pattern;
      return this;
    }

    /** Sets the pattern of the name to own. */
    public Builder name(String pattern) {
      name = pattern;
      return this;
    }

    /** Sets the pattern of a name that the other side owns. */
    public Builder peerName(String pattern) {
      peerName = pattern;
      return this;
    }

    /** Sets the pattern of the other side's label. */
    public Builder peerLabel(String pattern) {
      peerLabel = pattern;
      return this;
    }

    /**
     * Returns the rule.
     *
     * @throws IllegalArgumentException if the conditions don't go with the permissions
     */
    public DbusRule build() {
      return new DbusRule(
          qualifiers, permissions, bus, path, interfaceName, member, name, peerName, peerLabel);
    }
  }
}
