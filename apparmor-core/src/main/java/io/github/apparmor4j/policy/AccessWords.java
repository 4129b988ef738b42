package io.github.apparmor4j.policy;

import java.util.Locale;

/**
 * A kernel's answer to a question asked through {@code .access}: four sets of permissions, in the
 * kernel's own bits ({@code AA_MAY_*}).
 *
 * @param allow what is allowed
 * @param deny what is refused, whatever else allows it
 * @param audit what is logged when used
 * @param quiet what is not logged when refused
 */
public record AccessWords(int allow, int deny, int audit, int quiet) {

  /** The answer where nothing is mediated: everything is allowed, nothing is logged. */
  public static final AccessWords UNMEDIATED = new AccessWords(-1, 0, 0, -1);

  /** The answer where no rule can match: nothing is allowed, not even reading attributes. */
  static final AccessWords NOTHING = new AccessWords(0, 0, 0, 0);

  /** Returns whether all of some permissions are allowed. */
  public boolean allows(int wanted) {
    return (wanted & ~allow) == 0;
  }

  /** Returns whether asking for some permissions is logged. */
  public boolean logs(int wanted) {
    return allows(wanted) ? (audit & wanted) != 0 : (wanted & ~allow & ~quiet) != 0;
  }

  /** Returns the answer in one line, as the kernel writes it. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "allow 0x%08x deny 0x%08x audit 0x%08x quiet 0x%08x",
        allow,
        deny,
        audit,
        quiet);
  }
}
