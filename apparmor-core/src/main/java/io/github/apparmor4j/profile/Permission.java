package io.github.apparmor4j.profile;

import java.util.Collection;

/** What a rule that is not about files gives: a bit of the kernel's. */
public interface Permission {

  /** Returns the kernel's bit ({@code AA_MAY_*}). */
  int bit();

  /**
   * Returns the bits of a rule's permissions.
   *
   * @param permissions of a rule; none stands for all of its kind
   */
  static int bits(Collection<? extends Permission> permissions, RuleKind kind) {
    return bits(permissions.isEmpty() ? kind.permissions() : permissions);
  }

  /** Returns the bits of some permissions. */
  static int bits(Collection<? extends Permission> permissions) {
    int bits = 0;
    for (Permission permission : permissions) {
      bits |= permission.bit();
    }
    return bits;
  }
}
