package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SocketType;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code network} rules. */
final class NetworkParser {

  /** Ports as C's strtoul reads them: blanks, a sign and zeros may stand before the digits. */
  private static final Pattern PORTS =
      Pattern.compile("\\s*\\+?0*([0-9]{1,5})(?:-\\s*\\+?0*([0-9]{1,5}))?");

  private NetworkParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<NetworkPermission> permissions =
        in.permissionList(NetworkPermission::named, NetworkPermission.values());
    NetworkFamily family = null;
    SocketType type = null;
    NetworkRule.Protocol protocol = null;
    while (!in.atRuleEnd()) {
      if (in.conditionName() != null) {
        break;
      }
      Word word = in.word("an address family, a socket type or a protocol");
      String text = word.text();
      if (family == null
          && type == null
          && protocol == null
          && NetworkFamily.named(text).isPresent()) {
        family = NetworkFamily.named(text).get();
      } else if (type == null && protocol == null && SocketType.named(text).isPresent()) {
        type = SocketType.named(text).get();
      } else if (type == null && protocol == null && NetworkRule.Protocol.named(text).isPresent()) {
        protocol = NetworkRule.Protocol.named(text).get();
      } else {
        throw new ParseFailure(
            ParseProblem.NOT_A_NETWORK,
            word.span(),
            "'" + text + "' is not an address family, socket type or protocol that can stand here",
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
    NetworkRule.Protocol p = protocol;
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
    // Of several values in a list, apparmor_parser looks at the first alone.
    Word port = conditions.first(prefix + "port");
    return in.built(
        () ->
            new Endpoint(
                text(conditions.first(prefix + "ip")),
                port == null ? null : ports(port),
                text(conditions.first(prefix + "interface")),
                text(conditions.first(prefix + "label")),
                text(conditions.first(prefix + "label:"))));
  }

  private static @Nullable String text(@Nullable Word word) {
    return word == null ? null : word.text();
  }

  private static Endpoint.Ports ports(Word word) {
    Matcher range = PORTS.matcher(word.text());
    if (!range.matches()) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PORT,
          word.span(),
          "'" + word.text() + "' is neither a port nor a range of ports",
          null);
    }
    int first = Integer.parseInt(range.group(1));
    return new Endpoint.Ports(
        first, range.group(2) == null ? first : Integer.parseInt(range.group(2)));
  }
}
