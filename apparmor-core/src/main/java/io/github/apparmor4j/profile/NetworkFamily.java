package io.github.apparmor4j.profile;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An address family that has a name in profiles. */
public enum NetworkFamily {
  /** {@code AF_UNSPEC}. */
  UNSPEC(0),
  /** {@code AF_UNIX}. */
  UNIX(1),
  /** {@code AF_INET}. */
  INET(2),
  /** {@code AF_AX25}. */
  AX25(3),
  /** {@code AF_IPX}. */
  IPX(4),
  /** {@code AF_APPLETALK}. */
  APPLETALK(5),
  /** {@code AF_NETROM}. */
  NETROM(6),
  /** {@code AF_BRIDGE}. */
  BRIDGE(7),
  /** {@code AF_ATMPVC}. */
  ATMPVC(8),
  /** {@code AF_X25}. */
  X25(9),
  /** {@code AF_INET6}. */
  INET6(10),
  /** {@code AF_ROSE}. */
  ROSE(11),
  /** {@code AF_NETBEUI}. */
  NETBEUI(13),
  /** {@code AF_SECURITY}. */
  SECURITY(14),
  /** {@code AF_KEY}. */
  KEY(15),
  /** {@code AF_NETLINK}. */
  NETLINK(16),
  /** {@code AF_PACKET}. */
  PACKET(17),
  /** {@code AF_ASH}. */
  ASH(18),
  /** {@code AF_ECONET}. */
  ECONET(19),
  /** {@code AF_ATMSVC}. */
  ATMSVC(20),
  /** {@code AF_RDS}. */
  RDS(21),
  /** {@code AF_SNA}. */
  SNA(22),
  /** {@code AF_IRDA}. */
  IRDA(23),
  /** {@code AF_PPPOX}. */
  PPPOX(24),
  /** {@code AF_WANPIPE}. */
  WANPIPE(25),
  /** {@code AF_LLC}. */
  LLC(26),
  /** {@code AF_IB}. */
  IB(27),
  /** {@code AF_MPLS}. */
  MPLS(28),
  /** {@code AF_CAN}. */
  CAN(29),
  /** {@code AF_TIPC}. */
  TIPC(30),
  /** {@code AF_BLUETOOTH}. */
  BLUETOOTH(31),
  /** {@code AF_IUCV}. */
  IUCV(32),
  /** {@code AF_RXRPC}. */
  RXRPC(33),
  /** {@code AF_ISDN}. */
  ISDN(34),
  /** {@code AF_PHONET}. */
  PHONET(35),
  /** {@code AF_IEEE802154}. */
  IEEE802154(36),
  /** {@code AF_CAIF}. */
  CAIF(37),
  /** {@code AF_ALG}. */
  ALG(38),
  /** {@code AF_NFC}. */
  NFC(39),
  /** {@code AF_VSOCK}. */
  VSOCK(40),
  /** {@code AF_KCM}. */
  KCM(41),
  /** {@code AF_QIPCRTR}. */
  QIPCRTR(42),
  /** {@code AF_SMC}. */
  SMC(43),
  /** {@code AF_XDP}. */
  XDP(44),
  /** {@code AF_MCTP}. */
  MCTP(45);

  /** One more than the highest family's number ({@code AF_MAX} of {@code linux/socket.h}). */
  public static final int MAX = 46;

  private static final Map<String, NetworkFamily> BY_NAME =
      Stream.of(values()).collect(Collectors.toMap(NetworkFamily::toString, Function.identity()));

  private final int number;

  NetworkFamily(int number) {
    this.number = number;
  }

  /** Returns the family for a name such as {@code inet6}; empty if there is none. */
  public static Optional<NetworkFamily> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Returns the family with a number of the kernel's; empty if there is none. */
  public static Optional<NetworkFamily> numbered(int number) {
    return Stream.of(values()).filter(each -> each.number == number).findFirst();
  }

  /** Returns the kernel's number. */
  public int number() {
    return number;
  }

  /** Returns the name as it stands in a profile. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
