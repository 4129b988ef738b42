package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.DbusRule;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.IoUringRule;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkProtocol;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.profile.UnixRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules about sockets, buses, queues and other tasks. */
final class IpcRules {

  private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

  private IpcRules() {}

  static Rule network(RuleScanner in, Qualifiers qualifiers) {
    List<NetworkPermission> permissions =
        in.permissionList(NetworkPermission::named, NetworkPermission.values());
    NetworkFamily family = null;
    SocketType type = null;
    NetworkProtocol protocol = null;
    while (!in.atRuleEnd()) {
      if (in.peek(in.peekKeyword().length()) == '=') {
        break;
      }
      Word word = in.word("an address family, a socket type or a protocol");
      String text = word.text();
      if (family == null && type == null && protocol == null && NetworkFamily.named(text) != null) {
        family = NetworkFamily.named(text);
      } else if (type == null && protocol == null && SocketType.named(text) != null) {
        type = SocketType.named(text);
      } else if (type == null && protocol == null && NetworkProtocol.named(text) != null) {
        protocol = NetworkProtocol.named(text);
      } else {
        throw new ParseFailure(
            "AA-PARSE-0019",
            word.span(),
            "'" + text + "' is no address family, socket type or protocol that can stand here",
            RuleScanner.suggestion(
                text,
                Stream.of(NetworkFamily.values(), SocketType.values())
                    .flatMap(Arrays::stream)
                    .toList()));
      }
      in.skip();
    }
    NetworkFamily f = family;
    SocketType t = type;
    NetworkProtocol p = protocol;
    RuleScanner.Conditions conditions =
        in.conditions(
            "network",
            List.of("ip", "port", "interface", "label"),
            List.of("ip", "port", "interface", "label", "label:"));
    Endpoint local = endpoint(in, conditions, "");
    Endpoint peer = endpoint(in, conditions, "peer.");
    return in.built(() -> new NetworkRule(qualifiers, permissions, f, t, p, local, peer));
  }

  private static Endpoint endpoint(
      RuleScanner in, RuleScanner.Conditions conditions, String prefix) {
    Word port = conditions.word(prefix + "port");
    return in.built(
        () ->
            new Endpoint(
                conditions.text(prefix + "ip"),
                port == null ? null : ports(port),
                conditions.text(prefix + "interface"),
                conditions.text(prefix + "label"),
                conditions.text(prefix + "label:")));
  }

  private static Endpoint.Ports ports(Word word) {
    Matcher range = PORTS.matcher(word.text());
    if (!range.matches()) {
      throw new ParseFailure(
          "AA-PARSE-0026",
          word.span(),
          "'" + word.text() + "' is no port and no range of ports",
          null);
    }
    int first = Integer.parseInt(range.group(1));
    return new Endpoint.Ports(
        first, range.group(2) == null ? first : Integer.parseInt(range.group(2)));
  }

  static Rule unix(RuleScanner in, Qualifiers qualifiers) {
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

  static Rule dbus(RuleScanner in, Qualifiers qualifiers) {
    List<DbusPermission> permissions =
        in.permissionList(DbusPermission::named, DbusPermission.values());
    RuleScanner.Conditions conditions =
        in.conditions(
            "dbus",
            List.of("bus", "path", "interface", "member", "name"),
            List.of("name", "label"));
    return in.built(
        () ->
            new DbusRule(
                qualifiers,
                permissions,
                conditions.text("bus"),
                conditions.text("path"),
                conditions.text("interface"),
                conditions.text("member"),
                conditions.text("name"),
                conditions.text("peer.name"),
                conditions.text("peer.label")));
  }

  static Rule mqueue(RuleScanner in, Qualifiers qualifiers) {
    List<MqueuePermission> permissions =
        in.permissionList(MqueuePermission::named, MqueuePermission.values());
    RuleScanner.Conditions conditions =
        in.conditions("mqueue", List.of("type", "label"), List.of());
    Word type = conditions.word("type");
    MqueueRule.Type known =
        type == null
            ? null
            : RuleScanner.known(
                type,
                MqueueRule.Type.named(type.text()),
                "type of message queue",
                List.of(MqueueRule.Type.values()));
    String name = null;
    if (!in.atRuleEnd()) {
      name = in.word("a queue's name").text();
      in.skip();
    }
    String queue = name;
    return in.built(
        () -> new MqueueRule(qualifiers, permissions, known, conditions.text("label"), queue));
  }

  static Rule ioUring(RuleScanner in, Qualifiers qualifiers) {
    List<IoUringPermission> permissions =
        in.permissionList(IoUringPermission::named, IoUringPermission.values());
    RuleScanner.Conditions conditions = in.conditions("io_uring", List.of("label"), List.of());
    return in.built(() -> new IoUringRule(qualifiers, permissions, conditions.text("label")));
  }

  static Rule ptrace(RuleScanner in, Qualifiers qualifiers) {
    List<PtracePermission> permissions =
        in.permissionList(PtracePermission::named, PtracePermission.values());
    RuleScanner.Conditions conditions = in.conditions("ptrace", List.of("peer"), List.of());
    return in.built(() -> new PtraceRule(qualifiers, permissions, label(conditions)));
  }

  static Rule signal(RuleScanner in, Qualifiers qualifiers) {
    List<SignalPermission> permissions =
        in.permissionList(SignalPermission::named, SignalPermission.values());
    List<Signal> signals = new ArrayList<>();
    while (in.acceptKeyword("set")) {
      in.expect("=");
      for (Word word : in.values("a signal")) {
        signals.add(RuleScanner.known(word, Signal.named(word.text()), "signal", List.of()));
      }
      in.skip();
    }
    RuleScanner.Conditions conditions = in.conditions("signal", List.of("peer"), List.of());
    return in.built(() -> new SignalRule(qualifiers, permissions, signals, label(conditions)));
  }

  private static @Nullable String label(RuleScanner.Conditions conditions) {
    Word word = conditions.word("peer");
    return word == null ? null : word.text();
  }
}
