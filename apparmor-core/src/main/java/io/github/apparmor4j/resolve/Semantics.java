package io.github.apparmor4j.resolve;

/**
 * What rules mean where releases of {@code apparmor_parser} differ (docs/compatibility.md, "Two
 * releases").
 */
public enum Semantics {

  /**
   * As 5.0.2: in a block the block's qualifiers replace those of rules about files, and other rules
   * and profiles are dropped; a denied address denies all that the kernel asks after its family;
   * the exec part of {@code all} has priority −2.
   */
  APPARMOR_5_0,

  /**
   * As 6.0, and the default: a block's qualifiers are added to those inside, for rules of every
   * kind; a denied address denies that address; the exec part of {@code all} has priority −1.
   */
  APPARMOR_6_0
}
