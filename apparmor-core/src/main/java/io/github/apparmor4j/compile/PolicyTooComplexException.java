package io.github.apparmor4j.compile;

/** A profile's automaton would be larger than the limit, or than the kernel's tables. */
public final class PolicyTooComplexException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The code of a diagnostic for it, where one is wanted. */
  public static final String CODE = "AA-COMPILE-0005";

  private final int limit;

  PolicyTooComplexException(String message, int limit) {
    super(message);
    this.limit = limit;
  }

  /** Returns the number that was passed. */
  public int limit() {
    return limit;
  }
}
