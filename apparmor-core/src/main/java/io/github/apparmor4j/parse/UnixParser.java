package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.profile.UnixRule;
import java.util.List;

/** Reads {@code unix} rules. */
final class UnixParser {

  private UnixParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<NetworkPermission> permissions =
        in.permissionList(NetworkPermission::named, NetworkPermission.values());
    RuleScanner.Conditions conditions =
        in.conditions("unix", List.of("type", "addr"), List.of("addr", "label"));
    Word type = conditions.word("type");
    SocketType known =
        type == null
            ? null
            : RuleScanner.known(
                type, SocketType.named(type.text()), "socket type", List.of(SocketType.values()));
    return in.built(
        () ->
            new UnixRule(
                qualifiers,
                permissions,
                known,
                conditions.text("addr"),
                conditions.text("peer.addr"),
                conditions.text("peer.label")));
  }
}
