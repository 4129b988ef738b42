package io.github.apparmor4j.profile;

import java.util.Comparator;

/**
 * The order of a profile's elements in canonical text, by kind: abi, includes, limits, {@code all},
 * capabilities, network, unix, mqueue, dbus, signal, ptrace, mounts, pivot_root, userns, io_uring,
 * change_profile, files, links, rules that aren't known, blocks, conditionals, children, and last
 * the includes of {@code local/}, in which a site adds to the profile. Elements of one kind are
 * equal.
 */
public final class CanonicalOrder implements Comparator<ProfileElement> {

  /** The order. */
  public static final CanonicalOrder BY_KIND = new CanonicalOrder();

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
      return isLocal(include) ? 50 : 1;
    }
    if (element instanceof Rule rule) {
      return rank(rule);
    }
    if (element instanceof RuleBlock) {
      return 30;
    }
    if (element instanceof Conditional) {
      return 31;
    }
    if (element instanceof Profile) {
      return 40;
    }
    throw new AssertionError(element);
  }

  private static int rank(Rule rule) {
    if (rule instanceof RlimitRule) {
      return 2;
    }
    if (rule instanceof AllRule) {
      return 3;
    }
    if (rule instanceof CapabilityRule) {
      return 4;
    }
    if (rule instanceof NetworkRule) {
      return 5;
    }
    if (rule instanceof UnixRule) {
      return 6;
    }
    if (rule instanceof MqueueRule) {
      return 7;
    }
    if (rule instanceof DbusRule) {
      return 8;
    }
    if (rule instanceof SignalRule) {
      return 9;
    }
    if (rule instanceof PtraceRule) {
      return 10;
    }
    if (rule instanceof MountRule) {
      return 11;
    }
    if (rule instanceof PivotRootRule) {
      return 12;
    }
    if (rule instanceof UsernsRule) {
      return 13;
    }
    if (rule instanceof IoUringRule) {
      return 14;
    }
    if (rule instanceof ChangeProfileRule) {
      return 15;
    }
    if (rule instanceof FileRule) {
      return 16;
    }
    if (rule instanceof LinkRule) {
      return 17;
    }
    if (rule instanceof UnrecognizedRule) {
      return 18;
    }
    throw new AssertionError(rule);
  }
}
