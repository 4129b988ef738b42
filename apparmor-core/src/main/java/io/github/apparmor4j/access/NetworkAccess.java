package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sockets: {@code network inet stream create}, {@code network inet stream connect ip=10.0.0.1
 * port=40000 peer_ip=10.0.0.2 peer_port=443}.
 */
final class NetworkAccess {

  private static final int REMOTE = 2;
  private static final int PRIVILEGED = 1;
  private static final int FIRST_UNPRIVILEGED = 1024;

  /** Questions about family and type; those with addresses are not sets yet. */
  static final List<Domain> DOMAINS =
      List.of(
          new Domain(
              RuleKind.NETWORK,
              NetworkAccess::coarseClass,
              Domain.Right.of(NetworkPermission.values()),
              Regex.sequence(
                  two(Stream.of(NetworkFamily.values()).map(NetworkFamily::number)),
                  two(Stream.of(SocketType.values()).map(SocketType::number))),
              false,
              (fields, right) ->
                  new Access.Network(
                      NetworkFamily.numbered(fields.two()).orElseThrow(),
                      SocketType.numbered(fields.two()).orElseThrow(),
                      NetworkPermission.named(right.word()).orElseThrow())));

  /** Returns an expression for one of some numbers, in two bytes. */
  static Regex two(Stream<Integer> numbers) {
    return Regex.choice(
        numbers.map(number -> Regex.bytes((byte) (number >> 8), (byte) (int) number)).toList());
  }

  private NetworkAccess() {}

  static void check(
      NetworkFamily family,
      int protocol,
      NetworkPermission permission,
      Access.Side local,
      Access.Side peer,
      @Nullable String interfaceName) {
    if (protocol < 0 || protocol > 0xFFFF) {
      throw new IllegalArgumentException("protocol " + protocol + " is not in 0..65535");
    }
    boolean internet = family == NetworkFamily.INET || family == NetworkFamily.INET6;
    boolean plain = local.equals(Access.Side.NONE) && peer.equals(Access.Side.NONE);
    if (!internet && !plain) {
      throw new IllegalArgumentException("sockets of " + family + " have no internet address");
    }
    if (!permission.hasPeer() && !peer.equals(Access.Side.NONE)) {
      throw new IllegalArgumentException("network " + permission + " has no peer");
    }
    boolean packet =
        permission == NetworkPermission.SEND || permission == NetworkPermission.RECEIVE;
    if (interfaceName != null && !packet) {
      throw new IllegalArgumentException("only 'send' and 'receive' can have an interface");
    }
    if (interfaceName != null) {
      Checks.text(interfaceName, "interfaceName");
    }
  }

  /** Returns the bytes of an address, or {@code null} if there is no address. */
  static byte @Nullable [] address(@Nullable String ip) {
    byte[] address =
        ip == null ? null : new Endpoint(ip, null, null, null, null).address().orElse(null);
    if (ip != null && address == null) {
      throw new IllegalArgumentException("'" + ip + "' is not an internet address");
    }
    return address;
  }

  static Access read(AccessReader in) {
    NetworkFamily family = in.known("an address family", NetworkFamily::named);
    SocketType type = in.known("a socket type", SocketType::named);
    boolean named = in.more() && !in.peek().contains("=");
    NetworkPermission permission =
        named ? in.known("a permission", NetworkPermission::named) : NetworkPermission.CREATE;
    Map<String, String> values =
        in.values(
            "protocol", "ip", "port", "label", "peer_ip", "peer_port", "peer_label", "interface");
    return new Access.Network(
        family,
        type,
        number(values.get("protocol")),
        permission,
        new Access.Side(values.get("ip"), number(values.get("port")), values.get("label")),
        new Access.Side(
            values.get("peer_ip"), number(values.get("peer_port")), values.get("peer_label")),
        values.get("interface"));
  }

  private static int number(@Nullable String word) {
    return word == null ? 0 : Integer.parseInt(word); // its exception says what is wrong
  }

  static String words(Access.Network access) {
    return "network "
        + access.family()
        + " "
        + access.type()
        + " "
        + access.permission()
        + (access.protocol() == 0 ? "" : " protocol=" + access.protocol())
        + words("", access.local())
        + words("peer_", access.peer())
        + AccessReader.value("interface", access.interfaceName());
  }

  private static String words(String prefix, Access.Side side) {
    return AccessReader.value(prefix + "ip", side.ip())
        + (side.port() == 0 ? "" : " " + prefix + "port=" + side.port())
        + AccessReader.value(prefix + "label", side.label());
  }

  /**
   * Returns the question. It is about packets if an interface is given and the policy has packet
   * rules; it has addresses if the policy says that it looks at them; otherwise it is about family
   * and type.
   */
  static Question question(Access.Network access, Evaluator tables) {
    if (access.interfaceName() != null && tables.isInForce(PolicyClass.PACKETS)) {
      return packet(access);
    }
    Question coarse = coarse(access, tables);
    boolean fine = tables.ask(coarse.string()).allows(AcceptBits.KERNEL_CONTINUES);
    boolean mediated = !tables.ask(coarse.string()).equals(AccessWords.UNMEDIATED);
    return fine && mediated && access.permission() != NetworkPermission.CREATE
        ? withAddresses(access, coarse)
        : coarse;
  }

  /** Returns the question about family and type, in the newest class that the policy has. */
  static Question coarse(Access.Network access, Evaluator tables) {
    return socket(coarseClass(tables), access).wanting(access.permission().bit());
  }

  private static int coarseClass(Evaluator tables) {
    return tables.isInForce(PolicyClass.NETWORK_V9) ? PolicyClass.NETWORK_V9 : PolicyClass.NETWORK;
  }

  /** Returns the question about family and type, in each class that a policy may use. */
  static Access.KernelQuestion kernelQuestion(Access.Network access) {
    return new Access.KernelQuestion(
        List.of(
            socket(PolicyClass.NETWORK, access).bytes(),
            socket(PolicyClass.NETWORK_V9, access).bytes()),
        access.permission().bit());
  }

  private static Question.Fields socket(int policyClass, Access.Network access) {
    return Question.in(policyClass).two(access.family().number()).two(access.type().number());
  }

  private static Question withAddresses(Access.Network access, Question coarse) {
    Question.Fields fields = new Question.Fields().bytes(coarse.string()).two(access.protocol());
    boolean binds = access.permission() == NetworkPermission.BIND;
    if (access.permission().hasPeer()) {
      side(fields, REMOTE, access.peer()).text(access.peer().label()).code(0);
      fields.code(PolicyClass.PEER_COMMAND);
    }
    boolean privileged = binds && access.local().port() < FIRST_UNPRIVILEGED;
    side(fields, privileged ? PRIVILEGED : 0, access.local());
    if (access.local().label() != null) {
      fields.text(access.local().label()).code(0);
    }
    switch (access.permission()) {
      case LISTEN -> fields.code(PolicyClass.LISTEN_COMMAND).two(0);
      case SETOPT, GETOPT -> fields.code(PolicyClass.OPTION_COMMAND).two(0).two(0);
      default -> {}
    }
    return fields.wanting(access.permission().bit());
  }

  private static Question packet(Access.Network access) {
    Question.Fields fields = socket(PolicyClass.PACKETS, access).two(access.protocol());
    side(fields, REMOTE, access.peer()).text(access.interfaceName()).code(0);
    fields.text(access.peer().label()).code(0).code(PolicyClass.PEER_COMMAND);
    side(fields, 0, access.local()).text(access.interfaceName()).code(0);
    if (access.local().label() != null) {
      fields.text(access.local().label()).code(0);
    }
    return fields.wanting(access.permission().bit());
  }

  /** Adds the kind of port, the port, the kind of address and the address. */
  private static Question.Fields side(Question.Fields to, int kind, Access.Side side) {
    byte[] address = address(side.ip());
    to.code(kind).two(side.port()).code(address == null ? 0 : address.length == 4 ? 1 : 2);
    return (address == null ? to : to.bytes(address)).code(0);
  }

  static List<AccessPattern.Part> pattern(AccessReader in) {
    List<NetworkFamily> families =
        AccessPattern.values(in, "an address family", List.of(NetworkFamily.values()));
    List<SocketType> types =
        in.more()
            ? AccessPattern.values(in, "a socket type", List.of(SocketType.values()))
            : List.of(SocketType.values());
    Predicate<Domain.Right> permissions =
        AccessPattern.permissionsOf(DOMAINS, in, in.more() ? in.word("a permission") : "create");
    return List.of(
        AccessPattern.part(
            DOMAINS.get(0),
            permissions,
            Regex.sequence(
                two(families.stream().map(NetworkFamily::number)),
                two(types.stream().map(SocketType::number)))));
  }

  static Rule rule(Access.Network access) {
    return new NetworkRule(
        Qualifiers.NONE,
        List.of(access.permission()),
        access.family(),
        access.type(),
        null,
        endpoint(access.local(), access.interfaceName()),
        endpoint(access.peer(), null));
  }

  private static Endpoint endpoint(Access.Side side, @Nullable String interfaceName) {
    Endpoint.Ports ports = side.port() == 0 ? null : new Endpoint.Ports(side.port(), side.port());
    String label = side.label() == null ? null : Aare.quote(side.label());
    String on = interfaceName == null ? null : Aare.quote(interfaceName);
    return new Endpoint(side.ip(), ports, on, label, null);
  }
}
