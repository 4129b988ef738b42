package io.github.apparmor4j.profile;

import java.util.Collection;

/** A permission that a rule other than a file rule gives: one of the kernel's bits. */
public interface Permission {

  /** Returns the kernel's bit ({@code AA_MAY_*}). */
  int bit();

  /**
   * Returns the bits of a rule's permissions.
   *
   * @param permissions those of a rule; an empty collection stands for all of its kind
   * @param kind the rule's kind
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
