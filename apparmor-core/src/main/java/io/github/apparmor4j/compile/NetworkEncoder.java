package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of network rules: the class, then family and type as two big-endian bytes each. For
 * kernels that look at internet addresses, the protocol and both sides' port, address and label
 * follow (docs/binary-policy.md).
 */
final class NetworkEncoder {

  private static final Regex BYTE = Regex.of(ByteSet.ALL);
  private static final Regex ANY_TYPE = Regex.sequence(BYTE, BYTE);
  private static final Regex ANY_PORT = Regex.sequence(BYTE, BYTE);

  /**
   * The kinds of port: an own one that anybody may use, an own one for root, or the other side's.
   */
  private static final int UNPRIVILEGED = 0;

  private static final int PRIVILEGED = 1;
  private static final int REMOTE = 2;
  private static final int FIRST_UNPRIVILEGED = 1024;

  private static final int SEND = NetworkPermission.SEND.bit();
  private static final int PEER =
      Permission.bits(
          List.of(NetworkPermission.values()).stream().filter(NetworkPermission::hasPeer).toList());
  private static final int OPTIONS =
      NetworkPermission.SETOPT.bit() | NetworkPermission.GETOPT.bit();

  private final NetworkRule rule;
  private final RuleOutput out;
  private final int permissions;
  private final boolean fine;

  private NetworkEncoder(NetworkRule rule, RuleOutput out) {
    this.rule = rule;
    this.out = out;
    this.permissions = permissions(rule);
    this.fine = out.mediation.hasInternetAddresses();
  }

  private static int permissions(NetworkRule rule) {
    return Permission.bits(rule.permissions(), rule.kind());
  }

  static void encode(NetworkRule rule, RuleOutput out) {
    if (families(rule).contains(NetworkFamily.UNIX.number())) {
      encodeUnix(rule, out);
    }
    boolean arrays = out.mediation.hasSocketArrays();
    if (out.mediation.knowsNoSockets()) {
      out.notEnforced("network_v8");
    } else if (!rule.local().isAny() || !rule.peer().isAny()) {
      if (arrays || !out.mediation.hasInternetAddresses()) {
        out.downgraded("for all addresses and ports", "network_v8/af_inet");
      }
    }
    int any = rule.families().isEmpty() ? SocketArrays.ALL : SocketArrays.NAMED;
    new NetworkEncoder(rule, out).encode(any);
  }

  /** Encodes what the kernel asks about Unix sockets instead of their family. */
  private static void encodeUnix(NetworkRule rule, RuleOutput out) {
    Qualifiers qualifiers = rule.qualifiers();
    // As in apparmor_parser, this is the wrong way round: docs/compatibility.md.
    UnixRule unix =
        UnixRule.of()
            .withQualifiers(
                qualifiers.isDeny() ? qualifiers.withAudit(!qualifiers.audit()) : qualifiers);
    SocketType type = type(rule);
    if (type != null || rule.families().isEmpty()) {
      UnixEncoder.encodeFine(unix.withType(type), out);
      return;
    }
    for (SocketType each : SocketType.values()) {
      UnixEncoder.encodeFine(unix.withType(each), out);
    }
  }

  /**
   * Encodes the family and the type, which is all of a rule that a kernel without addresses knows.
   */
  static void encodeFamily(UnixRule rule, RuleOutput out) {
    NetworkRule network =
        new NetworkRule(
            rule.qualifiers().withPriority(0),
            rule.permissions(),
            NetworkFamily.UNIX,
            rule.type(),
            null);
    new NetworkEncoder(network, out).encode(SocketArrays.ALL);
  }

  private void encode(int anyType) {
    SocketType type = type(rule);
    int policyClass = out.mediation.networkClass();
    for (int family : families(rule)) {
      if (policyClass == PolicyClass.NETWORK_V7) {
        out.sockets.add(rule.qualifiers(), family, SocketArrays.of(type, anyType));
        continue;
      }
      boolean internet =
          family == NetworkFamily.INET.number() || family == NetworkFamily.INET6.number();
      Regex socket = socket(policyClass, family, type);
      if (isForPacketsOnly()) {
        // Sockets have no interface: the rule would deny them on every one.
      } else if (internet && fine) {
        internet(socket);
      } else {
        add(socket, permissions);
      }
      if (out.mediation.has("network_v9_skb")) {
        packets(socket(PolicyClass.PACKETS, family, type));
      }
    }
  }

  private boolean isForPacketsOnly() {
    return out.mediation.semantics == Semantics.APPARMOR_6_0
        && rule.qualifiers().isDeny()
        && rule.local().interfaceName() != null
        && out.mediation.has("network_v9_skb");
  }

  private static @Nullable SocketType type(NetworkRule rule) {
    NetworkRule.Protocol protocol = rule.protocol();
    return protocol == null ? rule.type() : protocol.type();
  }

  private static Regex socket(int policyClass, int family, @Nullable SocketType type) {
    return Regex.sequence(
        Regex.bytes((byte) policyClass, (byte) (family >> 8), (byte) family),
        type == null ? ANY_TYPE : Regex.bytes((byte) 0, (byte) type.number()));
  }

  private static Set<Integer> families(NetworkRule rule) {
    Set<Integer> numbers = new TreeSet<>();
    Set<NetworkFamily> families = rule.families().orElse(null);
    if (families == null) {
      // Every family, including those without a name.
      for (int family = 0; family < NetworkFamily.MAX; family++) {
        numbers.add(family);
      }
    } else {
      families.forEach(family -> numbers.add(family.number()));
    }
    return numbers;
  }

  private void add(Regex regex, int bits) {
    int granted = bits;
    if ((bits & AcceptBits.CONTINUES) != 0 && out.mediation.semantics == Semantics.APPARMOR_6_0) {
      // That the kernel asks on is nothing that a rule could deny or log.
      out.policy(Qualifiers.NONE, regex, AcceptBits.CONTINUES);
      granted &= ~AcceptBits.CONTINUES;
      if (granted == 0) {
        return;
      }
    }
    int high = granted & (AcceptBits.CONTINUES | AcceptBits.SET_LABEL);
    out.policy(rule.qualifiers(), regex, AcceptBits.ofPolicy(granted & ~high) | high);
  }

  // ---- internet sockets

  private void internet(Regex socket) {
    add(socket, AcceptBits.CONTINUES);
    if ((permissions & NetworkPermission.CREATE.bit()) != 0) {
      add(socket, AcceptBits.CONTINUES | NetworkPermission.CREATE.bit());
    }
    Regex base = Regex.sequence(socket, ANY_PORT); // any protocol
    List<Regex> own = addresses(base, ownPort(), rule.local());
    Regex ownLabel = labelled(rule.local().label());
    if ((permissions & PEER) != 0) {
      for (Regex peer : addresses(base, peerPort(), rule.peer())) {
        Regex known = Regex.sequence(peer, peerLabel());
        add(peer, AcceptBits.CONTINUES);
        add(known, AcceptBits.CONTINUES);
        for (Regex local :
            addresses(
                Regex.sequence(known, Regex.of(PolicyClass.PEER_COMMAND)),
                ownPort(),
                rule.local())) {
          add(local, permissions);
          if (rule.local().label() != null) {
            add(Regex.sequence(local, ownLabel), permissions);
          }
        }
      }
    }
    for (Regex local : own) {
      Regex known = local;
      if (rule.local().label() != null) {
        add(local, AcceptBits.CONTINUES);
        known = Regex.sequence(local, ownLabel);
      }
      add(known, permissions);
      if ((permissions & NetworkPermission.LISTEN.bit()) != 0) {
        add(Regex.sequence(known, Regex.of(PolicyClass.LISTEN_COMMAND), BYTE, BYTE), permissions);
      }
      if ((permissions & OPTIONS) != 0) {
        add(
            Regex.sequence(known, Regex.of(PolicyClass.OPTION_COMMAND), BYTE, BYTE, BYTE, BYTE),
            permissions);
      }
    }
  }

  // ---- packets

  private void packets(Regex socket) {
    add(socket, AcceptBits.CONTINUES);
    if ((permissions & PEER) == 0) {
      return;
    }
    boolean sends = (permissions & SEND) != 0;
    int relabel = sends ? AcceptBits.SET_LABEL : 0;
    Regex named = Regex.sequence(RuleOutput.name(rule.local().interfaceName()), RuleOutput.NUL);
    // A packet that is being sent has no interface yet.
    Regex card = sends ? Regex.choice(List.of(RuleOutput.NUL, named)) : named;
    Regex base = Regex.sequence(socket, ANY_PORT); // any protocol
    boolean anyPeer = rule.peer().label() == null && rule.peer().assignedLabel() == null;
    for (Regex peer : addresses(base, peerPort(), rule.peer())) {
      Regex over = Regex.sequence(peer, card);
      add(peer, AcceptBits.CONTINUES);
      add(over, AcceptBits.CONTINUES | relabel);
      if (anyPeer) {
        add(Regex.sequence(over, RuleOutput.ANY), permissions);
      }
      Regex known = Regex.sequence(over, peerLabel());
      add(known, AcceptBits.CONTINUES);
      for (Regex local :
          addresses(
              Regex.sequence(known, Regex.of(PolicyClass.PEER_COMMAND)), ownPort(), rule.local())) {
        Regex back = Regex.sequence(local, card);
        add(local, AcceptBits.CONTINUES);
        if (rule.local().label() == null) {
          add(back, permissions | relabel);
        } else {
          add(back, AcceptBits.CONTINUES | relabel);
          add(Regex.sequence(back, labelled(rule.local().label())), permissions);
        }
      }
    }
  }

  // ---- one side

  private Regex peerLabel() {
    String label = rule.peer().label();
    return labelled(label == null ? rule.peer().assignedLabel() : label);
  }

  private Regex labelled(@Nullable String label) {
    return Regex.sequence(RuleOutput.name(label), RuleOutput.NUL);
  }

  /** Returns a port and an address; if the address is unspecified, one for each kind of address. */
  private static List<Regex> addresses(Regex before, Regex port, Endpoint side) {
    List<Regex> kinds = new ArrayList<>();
    byte[] address = side.address().orElse(null);
    if (address != null) {
      kinds.add(Regex.sequence(Regex.of(address.length == 4 ? 1 : 2), Regex.bytes(address)));
    } else {
      kinds.add(Regex.of(0));
      if (side.ip() == null) {
        kinds.add(Regex.sequence(Regex.of(1), times(4)));
        kinds.add(Regex.sequence(Regex.of(2), times(16)));
      }
    }
    return kinds.stream().map(kind -> Regex.sequence(before, port, kind, RuleOutput.NUL)).toList();
  }

  private static Regex times(int count) {
    List<Regex> bytes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      bytes.add(BYTE);
    }
    return new Regex.Sequence(bytes);
  }

  private Regex peerPort() {
    Endpoint.Ports ports = rule.peer().ports();
    return ports == null
        ? Regex.sequence(BYTE, ANY_PORT)
        : Regex.sequence(Regex.of(REMOTE), range(ports.first(), ports.last()));
  }

  private Regex ownPort() {
    Endpoint.Ports ports = rule.local().ports();
    if (ports == null) {
      return Regex.sequence(BYTE, ANY_PORT);
    }
    int first = ports.first();
    int last = ports.last();
    if ((permissions & NetworkPermission.BIND.bit()) == 0) {
      return Regex.sequence(Regex.of(UNPRIVILEGED), range(first, last));
    }
    Regex high =
        Regex.sequence(Regex.of(UNPRIVILEGED), range(Math.max(first, FIRST_UNPRIVILEGED), last));
    Regex low =
        Regex.sequence(Regex.of(PRIVILEGED), range(first, Math.min(last, FIRST_UNPRIVILEGED - 1)));
    if (last < FIRST_UNPRIVILEGED) {
      return low;
    }
    return first >= FIRST_UNPRIVILEGED ? high : Regex.choice(List.of(high, low));
  }

  /**
   * Returns a port in a range, as two big-endian bytes. The range of port 0 alone stands for every
   * port.
   */
  private static Regex range(int first, int last) {
    if (first == 0 && last == 0) {
      return ANY_PORT;
    }
    List<Regex> choices = new ArrayList<>();
    for (int high = first >> 8; high <= last >> 8; high++) {
      int from = high == first >> 8 ? first & 0xFF : 0;
      int to = high == last >> 8 ? last & 0xFF : 0xFF;
      choices.add(Regex.sequence(Regex.of(high), Regex.of(ByteSet.range(from, to))));
    }
    return Regex.choice(choices);
  }
}
