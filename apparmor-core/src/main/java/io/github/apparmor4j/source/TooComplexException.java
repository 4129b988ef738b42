package io.github.apparmor4j.source;

/** Thrown when building an automaton exceeds one of its {@link WorkLimits}. */
public final class TooComplexException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long limit;

  /**
   * Makes an exception for a limit.
   *
   * @param what the things that are too many: states, transitions, milliseconds, …
   * @param limit the greatest number of them
   */
  public TooComplexException(String what, long limit) {
    super("more than " + limit + " " + what);
    this.limit = limit;
  }

  /** Returns the limit that was exceeded. */
  public long limit() {
    return limit;
  }
}
