package io.github.apparmor4j.profile;

import java.util.Comparator;

/**
 * The order of a profile's elements in canonical text, by kind: abi, includes, limits, {@code all},
 * capabilities, network, unix, mqueue, dbus, signal, ptrace, mounts, pivot_root, userns, io_uring,
 * change_profile, files, links, rules that aren't known, blocks, conditionals, children, and last
 * the includes of {@code local/}, in which a site adds to the profile. Elements of one kind are
 * equal.
 */
final class CanonicalOrder implements Comparator<ProfileElement> {

  /** The order. */
  static final CanonicalOrder BY_KIND = new CanonicalOrder();

  private static final int LAST = 100;

  private CanonicalOrder() {}

  @Override
  public int compare(ProfileElement one, ProfileElement other) {
    return Integer.compare(rank(one), rank(other));
  }

  /** Returns whether an element is one that a site's own additions are in. */
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

  @SuppressWarnings("EnumOrdinal") // kinds are declared in the order of text
  private static int rank(Rule rule) {
    return 2 + rule.kind().ordinal();
  }
}
