package io.github.apparmor4j.access;

import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import org.jspecify.annotations.Nullable;

/**
 * How a state of the table of files has a program executed, with the names that it refers to.
 *
 * @param allowed whether the program may be executed at all
 * @param target what is changed to first: a label, {@code px}, {@code cx}, {@code ux}, {@code ix}
 * @param fallback {@code ix}, {@code ux}, or {@code null} if there is no other way
 * @param cleaned whether the environment is cleaned
 */
record ExecManner(boolean allowed, String target, @Nullable String fallback, boolean cleaned) {

  static final ExecManner NONE = new ExecManner(false, "", null, false);

  static final String INHERIT = "ix";
  static final String UNCONFINED = "ux";
  static final String PROFILE = "px";
  static final String CHILD = "cx";

  /** Reads the field {@link PermissionEntry#exec} of a state that allows execution. */
  static ExecManner of(KernelProfile profile, int exec) {
    boolean inherit = (exec & PermissionEntry.EXEC_INHERIT) != 0;
    boolean unconfined = (exec & PermissionEntry.EXEC_UNCONFINED) != 0;
    String other = inherit ? INHERIT : unconfined ? UNCONFINED : null;
    String target = null;
    if ((exec & PermissionEntry.EXEC_TABLE) != 0) {
      int index = exec & PermissionEntry.EXEC_INDEX;
      target = ExecAccess.label(profile.transitions().get(index));
    } else if ((exec & PermissionEntry.EXEC_NAME) != 0) {
      target = (exec & PermissionEntry.EXEC_CHILD) != 0 ? CHILD : PROFILE;
    }
    boolean cleaned = (exec & PermissionEntry.EXEC_UNSAFE) == 0;
    if (target == null) {
      // Whether the environment is cleaned means nothing for a program that keeps the profile.
      return other == null
          ? NONE
          : new ExecManner(true, other, null, cleaned && !other.equals(INHERIT));
    }
    return new ExecManner(true, target, other, cleaned);
  }

  boolean maybeUnconfined() {
    return target.equals(UNCONFINED) || target.equals("unconfined") || UNCONFINED.equals(fallback);
  }

  /** Returns the manner in words. */
  @Override
  public String toString() {
    return !allowed
        ? "refused"
        : target
            + (fallback == null ? "" : " or else " + fallback)
            + (cleaned ? ", environment cleaned" : "");
  }
}
