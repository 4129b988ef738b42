package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of rules about sockets of the family {@code unix}: the family, type, protocol, the own
 * address and label, a command, and the address and label of the other side. For kernels that know
 * only families, an allowing rule becomes one about the family, without its conditions.
 */
final class UnixEncoder {

  private static final Regex BYTE = Regex.of(ByteSet.ALL);
  private static final Regex TWO_BYTES = Regex.sequence(BYTE, BYTE);

  private static final int CREATE = NetworkPermission.CREATE.bit();
  private static final int BIND = NetworkPermission.BIND.bit();
  private static final int LISTEN = NetworkPermission.LISTEN.bit();
  private static final int OPTIONS =
      NetworkPermission.SETOPT.bit() | NetworkPermission.GETOPT.bit();
  private static final int PEER =
      Permission.bits(
          Stream.of(NetworkPermission.values()).filter(NetworkPermission::hasPeer).toList());
  private static final int LOCAL =
      NetworkPermission.SHUTDOWN.bit()
          | NetworkPermission.SETATTR.bit()
          | NetworkPermission.GETATTR.bit()
          | BIND
          | NetworkPermission.ACCEPT.bit();

  private UnixEncoder() {}

  static void encode(UnixRule rule, RuleOutput out) {
    boolean fine = out.mediation.hasUnixAddresses();
    if (!rule.qualifiers().isDeny()) {
      if (!fine && out.mediation.knowsNoSockets()) {
        out.notEnforced("network_v9/af_unix");
      } else if (!fine) {
        out.downgraded("for all unix sockets of the type", "network_v9/af_unix");
      }
      NetworkEncoder.encodeFamily(rule, out);
    } else {
      out.sockets.mention();
      if (!fine) {
        out.notEnforced("network_v9/af_unix");
      }
    }
    encodeFine(rule, out);
  }

  private static int permissions(UnixRule rule) {
    return Permission.bits(rule.permissions(), rule.kind());
  }

  private static Regex type(UnixRule rule) {
    return rule.type() == null ? TWO_BYTES : Regex.bytes((byte) 0, (byte) rule.type().number());
  }

  /** Encodes a whole rule for kernels that look at addresses and labels, and nothing for others. */
  static void encodeFine(UnixRule rule, RuleOutput out) {
    boolean hasPeer = rule.peerAddress() != null || rule.peerLabel() != null;
    int permissions = permissions(rule);
    Regex type = type(rule);
    // The patterns are read in any case, so that mistakes in them are found for every kernel.
    Regex own = address(rule.address());
    Regex other = address(rule.peerAddress());
    Regex otherLabel =
        rule.peerLabel() == null ? RuleOutput.ANY : RuleOutput.label(rule.peerLabel());
    if (!out.mediation.hasUnixAddresses()) {
      return;
    }
    int policyClass = out.mediation.networkClass();
    Regex base = Regex.sequence(family(policyClass), type, TWO_BYTES);
    boolean auto = rule.address() != null && rule.address().equals("auto");
    if (!hasPeer) {
      add(rule, out, base, permissions & CREATE);
    }
    if (rule.address() == null || auto) {
      Regex unnamed = Regex.sequence(base, RuleOutput.NUL, RuleOutput.ANY, RuleOutput.NUL);
      add(rule, out, unnamed, permissions & BIND);
    }
    int mask = auto ? permissions & ~BIND : permissions;
    Regex local = Regex.sequence(base, own, RuleOutput.NUL, RuleOutput.ANY, RuleOutput.NUL);
    int localMask = hasPeer ? NetworkPermission.ACCEPT.bit() : LOCAL;
    add(rule, out, local, mask & localMask);
    if (!hasPeer) {
      add(rule, out, command(local, PolicyClass.LISTEN_COMMAND, TWO_BYTES), mask & LISTEN);
      add(rule, out, command(local, PolicyClass.OPTION_COMMAND, TWO_BYTES), mask & OPTIONS);
    }
    Regex peer = Regex.sequence(other, RuleOutput.NUL, otherLabel);
    add(rule, out, command(local, PolicyClass.PEER_COMMAND, peer), mask & PEER);
  }

  private static Regex family(int policyClass) {
    return Regex.bytes((byte) policyClass, (byte) 0, (byte) NetworkFamily.UNIX.number());
  }

  private static Regex command(Regex local, int code, Regex rest) {
    return Regex.sequence(local, Regex.of(code), rest);
  }

  private static void add(UnixRule rule, RuleOutput out, Regex regex, int permissions) {
    if (permissions != 0) {
      out.policy(rule.qualifiers(), regex, AcceptBits.ofPolicy(permissions));
    }
  }

  /**
   * Returns an address: a byte 1 for none, or a NUL and the abstract name, where several slashes in
   * a row become one. {@code null} stands for any address.
   */
  private static Regex address(@Nullable String address) {
    if (address == null) {
      return Regex.star(ByteSet.ALL);
    }
    String name = address;
    if (name.equals("none")) {
      return Regex.of(1);
    }
    if (name.equals("auto")) {
      // The kernel makes up names of five hexadecimal digits.
      List<Regex> digits = new ArrayList<>(List.of(RuleOutput.NUL));
      ByteSet digit = ByteSet.range('0', '9').plus(ByteSet.range('a', 'f'));
      for (int i = 0; i < 5; i++) {
        digits.add(Regex.of(digit));
      }
      return new Regex.Sequence(digits);
    }
    return Regex.sequence(
        RuleOutput.NUL, Aare.bytes(name.substring(1).replaceAll("/+", "/")).regex());
  }
}
