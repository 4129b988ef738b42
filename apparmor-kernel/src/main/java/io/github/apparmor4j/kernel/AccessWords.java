package io.github.apparmor4j.kernel;

import java.util.Locale;

/**
 * A kernel's answer to a question put to {@code .access}: four sets of permissions, in the bits of
 * the kernel's {@code AA_MAY_*}.
 *
 * @param allow what is allowed
 * @param deny what is refused, whatever is allowed
 * @param audit what is logged when used
 * @param quiet what is not logged when refused
 */
public record AccessWords(int allow, int deny, int audit, int quiet) {

  /** Of what is not in force: everything is allowed, nothing is logged. */
  static final AccessWords UNMEDIATED = new AccessWords(-1, 0, 0, -1);

  /** Returns the answer as the kernel writes it, in a line. */
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
