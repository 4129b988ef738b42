package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Unix sockets: {@code unix bind stream addr=@name}, {@code unix connect stream addr=none
 * peer_addr=@name peer=label}.
 */
final class UnixAccess {

  private static final String NONE = "none";

  private static final Regex ADDRESS =
      Regex.choice(List.of(Regex.of(1), Regex.sequence(Domain.NUL, Domain.TEXT)));

  private static final Regex SOCKET =
      Regex.sequence(
          NetworkAccess.two(Stream.of(NetworkFamily.UNIX.number())),
          NetworkAccess.two(Stream.of(SocketType.values()).map(SocketType::number)),
          Regex.bytes((byte) 0, (byte) 0));

  private static final Regex OWN = Regex.sequence(SOCKET, ADDRESS, Domain.NUL, Domain.NUL);

  static final List<Domain> DOMAINS =
      List.of(
          domain(SOCKET, NetworkPermission.CREATE),
          domain(
              OWN,
              NetworkPermission.SHUTDOWN,
              NetworkPermission.SETATTR,
              NetworkPermission.GETATTR,
              NetworkPermission.BIND),
          domain(
              Regex.sequence(
                  OWN, Regex.bytes((byte) PolicyClass.LISTEN_COMMAND, (byte) 0, (byte) 0)),
              NetworkPermission.LISTEN),
          domain(
              Regex.sequence(
                  OWN, Regex.bytes((byte) PolicyClass.OPTION_COMMAND, (byte) 0, (byte) 0)),
              NetworkPermission.SETOPT,
              NetworkPermission.GETOPT),
          domain(
              Regex.sequence(
                  OWN, Regex.of(PolicyClass.PEER_COMMAND), ADDRESS, Domain.NUL, Domain.NAME),
              NetworkPermission.SEND,
              NetworkPermission.RECEIVE,
              NetworkPermission.CONNECT,
              NetworkPermission.ACCEPT));

  private static Domain domain(Regex form, NetworkPermission... permissions) {
    return new Domain(
        RuleKind.UNIX,
        tables -> fineClass(tables) == 0 ? PolicyClass.NONE : fineClass(tables),
        Domain.Right.of(permissions),
        form,
        false,
        UnixAccess::access);
  }

  private static Access access(Domain.Fields fields, Domain.Right right) {
    NetworkPermission permission = NetworkPermission.named(right.word()).orElseThrow();
    fields.two();
    SocketType type = SocketType.numbered(fields.two()).orElseThrow();
    fields.two();
    String own = fields.more() ? address(fields) : NONE;
    if (!permission.hasPeer()) {
      return new Access.Unix(permission, type, own, NONE, null);
    }
    fields.text(); // the socket's own label
    fields.code();
    return new Access.Unix(permission, type, own, address(fields), fields.text());
  }

  private static String address(Domain.Fields fields) {
    if (fields.code() == 1) {
      fields.text(); // nothing, up to the NUL
      return NONE;
    }
    return "@" + fields.text();
  }

  private UnixAccess() {}

  static void check(
      NetworkPermission permission, String address, String peerAddress, @Nullable String peer) {
    address(address, "address");
    address(peerAddress, "peerAddress");
    if (permission.hasPeer() != (peer != null)) {
      throw new IllegalArgumentException(
          "unix " + permission + (permission.hasPeer() ? " needs a peer" : " has no peer"));
    }
    if (peer != null) {
      Checks.text(peer, "peer");
    } else if (!peerAddress.equals(NONE)) {
      throw new IllegalArgumentException("unix " + permission + " has no peer's address");
    }
  }

  private static void address(String address, String component) {
    Checks.noNul(address, component);
    if (!address.startsWith("@") && !address.equals(NONE)) {
      throw new IllegalArgumentException(
          component + " must begin with '@' or be 'none' (a path is a file): '" + address + "'");
    }
  }

  static Access read(AccessReader in) {
    NetworkPermission permission = in.known("a permission", NetworkPermission::named);
    SocketType type = in.known("a socket type", SocketType::named);
    Map<String, String> values = in.values("addr", "peer_addr", "peer");
    return new Access.Unix(
        permission,
        type,
        values.getOrDefault("addr", NONE),
        values.getOrDefault("peer_addr", NONE),
        values.get("peer"));
  }

  static String words(Access.Unix access) {
    return "unix "
        + access.permission()
        + " "
        + access.type()
        + AccessReader.value("addr", access.address())
        + (access.peer() == null ? "" : AccessReader.value("peer_addr", access.peerAddress()))
        + AccessReader.value("peer", access.peer());
  }

  /**
   * Returns the question. It is about family and type alone if the policy doesn't look at
   * addresses.
   */
  static Question question(Access.Unix access, Evaluator tables) {
    int wanted = access.permission().bit();
    int family = NetworkFamily.UNIX.number();
    int fine = fineClass(tables);
    if (fine == 0) {
      return NetworkAccess.coarse(
          new Access.Network(NetworkFamily.UNIX, access.type(), access.permission()), tables);
    }
    Question.Fields fields =
        Question.in(fine).two(family).two(access.type().number()).two(0); // any protocol
    if (access.permission() == NetworkPermission.CREATE) {
      return fields.wanting(wanted);
    }
    fields.bytes(field(access.address())).code(0).code(0); // the socket's own label stays empty
    switch (access.permission()) {
      case LISTEN -> fields.code(PolicyClass.LISTEN_COMMAND).two(0);
      case SETOPT, GETOPT -> fields.code(PolicyClass.OPTION_COMMAND).two(0);
      default -> {}
    }
    if (access.peer() != null) {
      fields
          .code(PolicyClass.PEER_COMMAND)
          .bytes(field(access.peerAddress()))
          .code(0)
          .text(access.peer());
    }
    return fields.wanting(wanted);
  }

  /** Returns the class in which a policy looks at the addresses of Unix sockets, or 0. */
  private static int fineClass(Evaluator tables) {
    for (int policyClass : new int[] {PolicyClass.NETWORK_V9, PolicyClass.NETWORK_V7}) {
      // This is the string of the markers that the rule kind "unix" adds.
      if (tables.reaches((byte) policyClass, (byte) 0, (byte) '1')) {
        boolean older = policyClass == PolicyClass.NETWORK_V7;
        return older && tables.isInForce(PolicyClass.NETWORK) ? PolicyClass.NETWORK : policyClass;
      }
    }
    return 0;
  }

  private static byte[] field(String address) {
    return address.equals(NONE) ? new byte[] {1} : SourceText.encode('\0' + address.substring(1));
  }

  static Rule rule(Access.Unix access) {
    boolean addressed = access.permission() != NetworkPermission.CREATE;
    String peer = access.peer();
    return new UnixRule(
        Qualifiers.NONE,
        List.of(access.permission()),
        access.type(),
        addressed ? Aare.quote(access.address()) : null,
        peer == null ? null : Aare.quote(access.peerAddress()),
        peer == null ? null : Aare.quote(peer));
  }

  /** Reads permissions, and {@code peer=LABEL} if only that other side is meant. */
  static List<AccessPattern.Part> pattern(AccessReader in) {
    List<AccessPattern.Part> parts = AccessPattern.permissions(DOMAINS, in);
    String peer = in.values("peer").get("peer");
    return peer == null
        ? parts
        : AccessPattern.restricted(
            in,
            parts,
            Regex.sequence(
                OWN,
                Regex.of(PolicyClass.PEER_COMMAND),
                ADDRESS,
                Domain.NUL,
                AccessPattern.label(in, peer)));
  }
}
