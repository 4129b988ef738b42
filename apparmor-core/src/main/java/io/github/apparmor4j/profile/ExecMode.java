package io.github.apparmor4j.profile;

import org.jspecify.annotations.Nullable;

/**
 * How an executed program is confined. A lower-case first letter keeps the environment, an
 * upper-case one cleans it.
 */
public enum ExecMode {
  /** {@code x}: any execution; in denying rules only. */
  ANY("x", Target.NONE, false, Fallback.NONE),
  /** {@code ix}: keeps the profile. */
  INHERIT("ix", Target.NONE, false, Fallback.INHERIT),
  /** {@code unsafe … ix}: keeps the profile, and is marked as keeping the environment. */
  INHERIT_UNSAFE("ix", Target.NONE, true, Fallback.INHERIT),
  /** {@code ux}: no confinement. */
  UNCONFINED_UNSAFE("ux", Target.UNCONFINED, true, Fallback.NONE),
  /** {@code Ux}: as {@code ux}, with a cleaned environment. */
  UNCONFINED("Ux", Target.UNCONFINED, false, Fallback.NONE),
  /** {@code px}: the profile that attaches to the program. */
  PROFILE_UNSAFE("px", Target.PROFILE, true, Fallback.NONE),
  /** {@code Px}: as {@code px}, with a cleaned environment. */
  PROFILE("Px", Target.PROFILE, false, Fallback.NONE),
  /** {@code pix}: the profile that attaches to the program, or else the current one. */
  PROFILE_OR_INHERIT_UNSAFE("pix", Target.PROFILE, true, Fallback.INHERIT),
  /** {@code Pix}: as {@code pix}, with a cleaned environment. */
  PROFILE_OR_INHERIT("Pix", Target.PROFILE, false, Fallback.INHERIT),
  /** {@code pux}: the profile that attaches to the program, or else no confinement. */
  PROFILE_OR_UNCONFINED_UNSAFE("pux", Target.PROFILE, true, Fallback.UNCONFINED),
  /** {@code PUx}: as {@code pux}, with a cleaned environment. */
  PROFILE_OR_UNCONFINED("PUx", Target.PROFILE, false, Fallback.UNCONFINED),
  /** {@code cx}: the child profile that attaches to the program. */
  CHILD_UNSAFE("cx", Target.CHILD, true, Fallback.NONE),
  /** {@code Cx}: as {@code cx}, with a cleaned environment. */
  CHILD("Cx", Target.CHILD, false, Fallback.NONE),
  /** {@code cix}: the child profile that attaches to the program, or else the current profile. */
  CHILD_OR_INHERIT_UNSAFE("cix", Target.CHILD, true, Fallback.INHERIT),
  /** {@code Cix}: as {@code cix}, with a cleaned environment. */
  CHILD_OR_INHERIT("Cix", Target.CHILD, false, Fallback.INHERIT),
  /** {@code cux}: the child profile that attaches to the program, or else no confinement. */
  CHILD_OR_UNCONFINED_UNSAFE("cux", Target.CHILD, true, Fallback.UNCONFINED),
  /** {@code CUx}: as {@code cux}, with a cleaned environment. */
  CHILD_OR_UNCONFINED("CUx", Target.CHILD, false, Fallback.UNCONFINED);

  /** The places where the confinement is looked for. */
  public enum Target {
    /** Nowhere: the mode names no other confinement. */
    NONE,
    /** Nowhere: the program is not confined. */
    UNCONFINED,
    /** Among the profiles of the namespace. */
    PROFILE,
    /** Among the profile's children. */
    CHILD
  }

  /** The ways to go on if nothing is found there. */
  public enum Fallback {
    /** The execution fails. */
    NONE,
    /** The profile stays. */
    INHERIT,
    /** The program is not confined. */
    UNCONFINED
  }

  private static final ExecMode[] VALUES = values();

  private final String letters;
  private final Target target;
  private final boolean unsafe;
  private final Fallback fallback;

  ExecMode(String letters, Target target, boolean unsafe, Fallback fallback) {
    this.letters = letters;
    this.target = target;
    this.unsafe = unsafe;
    this.fallback = fallback;
  }

  /** Returns where the confinement is looked for. */
  public Target target() {
    return target;
  }

  /** Returns whether the environment is kept ({@code AT_SECURE} unset). */
  public boolean isUnsafe() {
    return unsafe;
  }

  /** Returns what happens if no confinement is found. */
  public Fallback fallback() {
    return fallback;
  }

  /**
   * Returns this mode with the environment kept or cleaned, as the words {@code unsafe} and {@code
   * safe} demand; this mode itself if there is no such variant.
   */
  public ExecMode withUnsafe(boolean newUnsafe) {
    for (ExecMode mode : VALUES) {
      if (mode.target == target && mode.fallback == fallback && mode.unsafe == newUnsafe) {
        return mode;
      }
    }
    return this;
  }

  /** Returns the longest mode whose letters stand at an offset; {@code null} if there is none. */
  static @Nullable ExecMode at(String text, int offset) {
    ExecMode found = null;
    for (ExecMode mode : VALUES) {
      if (mode != INHERIT_UNSAFE
          && text.regionMatches(true, offset, mode.letters, 0, mode.letters.length())
          && (mode.isEitherCase() || text.charAt(offset) == mode.letters.charAt(0))
          && (found == null || mode.letters.length() > found.letters.length())) {
        found = mode;
      }
    }
    return found;
  }

  /**
   * Returns whether no letter's case means anything; in other modes that of the first one says
   * whether the environment is cleaned.
   */
  private boolean isEitherCase() {
    return this == ANY || this == INHERIT;
  }

  /** Returns the letters. */
  @Override
  public String toString() {
    return letters;
  }
}
