package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.policy.PolicyClass;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkProtocol;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Network rules: class, family and type as two big-endian bytes each. */
final class NetworkEncoder {

  private static final Regex ANY_TYPE =
      Regex.sequence(Regex.of(ByteSet.ALL), Regex.of(ByteSet.ALL));

  private NetworkEncoder() {}

  static void encode(NetworkRule rule, Encoder out) {
    if (!out.mediation.has("network_v8")) {
      return; // the kernel does not mediate it for this policy
    }
    int permissions =
        Permission.bits(
            rule.permissions().isEmpty()
                ? List.of(NetworkPermission.values())
                : rule.permissions());
    NetworkProtocol protocol = rule.protocol();
    SocketType type = protocol == null ? rule.type() : protocol.type();
    Regex types = type == null ? ANY_TYPE : Regex.bytes((byte) 0, (byte) type.number());
    for (int family : families(rule)) {
      out.policy(
          rule.qualifiers(),
          Regex.sequence(
              Regex.bytes((byte) PolicyClass.NETWORK, (byte) (family >> 8), (byte) family), types),
          PolicyClass.acceptBits(permissions));
    }
  }

  private static Set<Integer> families(NetworkRule rule) {
    Set<Integer> numbers = new TreeSet<>();
    Set<NetworkFamily> families = rule.families();
    if (families == null) {
      // Every family, those that have no name too.
      for (int family = 0; family < NetworkFamily.MAX; family++) {
        numbers.add(family);
      }
    } else {
      families.forEach(family -> numbers.add(family.number()));
    }
    return numbers;
  }
}
