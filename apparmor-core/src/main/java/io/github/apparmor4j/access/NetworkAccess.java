package io.github.apparmor4j.access;

import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sockets: {@code network inet stream create}, {@code network inet stream connect ip=10.0.0.1
 * port=40000 peer_ip=10.0.0.2 peer_port=443}.
 */
final class NetworkAccess {

  private static final int REMOTE = 2;
  private static final int PRIVILEGED = 1;
  private static final int FIRST_UNPRIVILEGED = 1024;

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
    int policyClass =
        tables.isInForce(PolicyClass.NETWORK_V9) ? PolicyClass.NETWORK_V9 : PolicyClass.NETWORK;
    return socket(policyClass, access).wanting(access.permission().bit());
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
}
