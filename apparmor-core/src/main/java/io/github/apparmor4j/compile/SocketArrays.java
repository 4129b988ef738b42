package io.github.apparmor4j.compile;

import io.github.apparmor4j.policy.KernelProfile.Sockets;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.SocketType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arrays of what rules say about sockets, for kernels that know only families and types. */
final class SocketArrays {

  /** Every type of a family, including those without a name. */
  static final int ALL = 0xFFFF;

  /** The types that have names. */
  static final int NAMED = 0x43e;

  private boolean used;
  private final int[] allow = new int[NetworkFamily.MAX];
  private final int[] audit = new int[NetworkFamily.MAX];
  private final int[] deny = new int[NetworkFamily.MAX];
  private final int[] quiet = new int[NetworkFamily.MAX];

  /** Returns the set of one type, or {@code any} if no type is given. */
  static int of(@Nullable SocketType type, int any) {
    return type == null ? any : 1 << type.number();
  }

  /** Takes note of a rule that says nothing about families, but shows that sockets are mediated. */
  void mention() {
    used = true;
  }

  void add(Qualifiers qualifiers, int family, int types) {
    used = true;
    int marked = qualifiers.audit() ? types : 0;
    switch (qualifiers.action()) {
      case ALLOW -> {
        allow[family] |= types;
        audit[family] |= marked;
      }
      case DENY -> {
        deny[family] |= types;
        // As in apparmor_parser, this is the wrong way round: docs/compatibility.md.
        quiet[family] |= marked;
      }
      case PROMPT -> {}
    }
  }

  /**
   * Returns the arrays, or {@code null} if there is no rule; the kernel then mediates no sockets.
   */
  @Nullable Sockets toSockets() {
    if (!used) {
      return null;
    }
    List<Sockets.Types> families = new ArrayList<>();
    for (int f = 0; f < allow.length; f++) {
      int allowed = allow[f] & ~deny[f];
      families.add(new Sockets.Types(allowed, allowed & audit[f], deny[f] & quiet[f]));
    }
    return new Sockets(families);
  }
}
