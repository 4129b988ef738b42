package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * D-Bus access: {@code dbus send bus=system name=org.x label=peer path=/x interface=org.x
 * member=Get}, {@code dbus bind bus=system name=org.y}, {@code dbus eavesdrop bus=session}.
 */
final class DbusAccess {

  static final List<Domain> DOMAINS =
      List.of(
          domain(
              Domain.NAME,
              (fields, right) ->
                  new Access.Dbus(
                      DbusPermission.EAVESDROP, fields.text(), null, null, null, null, null),
              DbusPermission.EAVESDROP),
          domain(
              Regex.sequence(Domain.NAME, Domain.NUL, Domain.TEXT),
              (fields, right) ->
                  new Access.Dbus(
                      DbusPermission.BIND, fields.text(), fields.text(), null, null, null, null),
              DbusPermission.BIND),
          domain(
              Regex.sequence(
                  Domain.NAME,
                  Domain.NUL,
                  Domain.TEXT,
                  Domain.NUL,
                  Domain.TEXT,
                  Domain.NUL,
                  Domain.TEXT,
                  Domain.NUL,
                  Domain.TEXT,
                  Domain.NUL,
                  Domain.TEXT),
              (fields, right) ->
                  new Access.Dbus(
                      DbusPermission.named(right.word()).orElseThrow(),
                      fields.text(),
                      fields.text(),
                      fields.text(),
                      fields.text(),
                      fields.text(),
                      fields.text()),
              DbusPermission.SEND,
              DbusPermission.RECEIVE));

  private static Domain domain(Regex form, Domain.Reader reader, DbusPermission... permissions) {
    return Domain.of(RuleKind.DBUS, PolicyClass.DBUS, Domain.Right.of(permissions), form, reader);
  }

  private DbusAccess() {}

  static void check(
      DbusPermission permission,
      String bus,
      @Nullable String name,
      @Nullable String peer,
      @Nullable String path,
      @Nullable String interfaceName,
      @Nullable String member) {
    Checks.text(bus, "bus");
    boolean message = permission == DbusPermission.SEND || permission == DbusPermission.RECEIVE;
    required(message || permission == DbusPermission.BIND, name, "name", permission);
    required(message, peer, "label", permission);
    required(message, path, "path", permission);
    required(message, interfaceName, "interface", permission);
    required(message, member, "member", permission);
  }

  private static void required(
      boolean needed, @Nullable String value, String component, DbusPermission permission) {
    if (needed != (value != null)) {
      throw new IllegalArgumentException(
          "dbus " + permission + (needed ? " needs a " : " has no ") + component);
    }
    if (value != null) {
      Checks.noNul(value, component);
    }
  }

  static Access read(AccessReader in) {
    DbusPermission permission = in.known("a permission", DbusPermission::named);
    Map<String, String> values = in.values("bus", "name", "label", "path", "interface", "member");
    return new Access.Dbus(
        permission,
        values.getOrDefault("bus", ""),
        values.get("name"),
        values.get("label"),
        values.get("path"),
        values.get("interface"),
        values.get("member"));
  }

  static String words(Access.Dbus access) {
    return "dbus "
        + access.permission()
        + AccessReader.value("bus", access.bus())
        + AccessReader.value("name", access.name())
        + AccessReader.value("label", access.peer())
        + AccessReader.value("path", access.path())
        + AccessReader.value("interface", access.interfaceName())
        + AccessReader.value("member", access.member());
  }

  static Question question(Access.Dbus access) {
    Question.Fields fields = Question.in(PolicyClass.DBUS).text(access.bus());
    if (access.name() != null) {
      fields.code(0).text(access.name());
    }
    if (access.peer() != null) {
      fields
          .code(0)
          .text(access.peer())
          .code(0)
          .text(access.path())
          .code(0)
          .text(access.interfaceName())
          .code(0)
          .text(access.member());
    }
    return fields.wanting(access.permission().bit());
  }

  static Rule rule(Access.Dbus access) {
    boolean binds = access.permission() == DbusPermission.BIND;
    return new DbusRule(
        Qualifiers.NONE,
        List.of(access.permission()),
        pattern(access.bus()),
        pattern(access.path()),
        pattern(access.interfaceName()),
        pattern(access.member()),
        binds ? pattern(access.name()) : null,
        binds ? null : pattern(access.name()),
        pattern(access.peer()));
  }

  private static @Nullable String pattern(@Nullable String name) {
    return name == null || name.isEmpty() ? null : Aare.quote(name);
  }

  /** Reads permissions, and {@code label=LABEL} if only messages with that other side are meant. */
  static List<AccessPattern.Part> pattern(AccessReader in) {
    List<AccessPattern.Part> parts = AccessPattern.permissions(DOMAINS, in);
    String label = in.values("label").get("label");
    Regex field = Regex.sequence(Domain.NUL, Domain.TEXT);
    return label == null
        ? parts
        : AccessPattern.restricted(
            in,
            parts,
            Regex.sequence(
                Domain.NAME,
                field,
                Domain.NUL,
                AccessPattern.label(in, label),
                field,
                field,
                field));
  }
}
