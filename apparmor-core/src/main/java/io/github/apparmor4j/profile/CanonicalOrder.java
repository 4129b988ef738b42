package io.github.apparmor4j.profile;

import java.util.Comparator;

/**
 * The order of a profile's elements in canonical text, by kind: abi (and comments), includes,
 * limits, {@code all}, capabilities, network, unix, mqueue, dbus, signal, ptrace, mounts,
 * pivot_root, userns, io_uring, change_profile, files, links, unrecognized rules, blocks,
 * conditionals, children, and last the includes of {@code local/}, where a site adds to the
 * profile. Elements of one kind compare as equal.
 */
final class CanonicalOrder implements Comparator<ProfileElement> {

  /** The only instance. */
  static final CanonicalOrder BY_KIND = new CanonicalOrder();

  private static final int LAST = 100;

  private CanonicalOrder() {}

  @Override
  public int compare(ProfileElement one, ProfileElement other) {
    return Integer.compare(rank(one), rank(other));
  }

  /** Returns whether an include names a file for a site's own additions. */
  private static boolean isLocal(Include include) {
    return include.path().startsWith("local/");
  }

  private static int rank(ProfileElement element) {
    if (element instanceof Comment || element instanceof AbiRule) {
      return 0;
    }
    if (element instanceof Include include) {
      return isLocal(include) ? LAST : 1;
    }
    if (element instanceof Rule rule) {
      return rank(rule);
    }
    if (element instanceof RuleBlock) {
      return LAST - 3;
    }
    if (element instanceof Conditional) {
      return LAST - 2;
    }
    if (element instanceof Profile) {
      return LAST - 1;
    }
    throw new AssertionError(element);
  }

  @SuppressWarnings("EnumOrdinal") // kinds are declared in canonical order
  private static int rank(Rule rule) {
    return 2 + rule.kind().ordinal();
  }
}
