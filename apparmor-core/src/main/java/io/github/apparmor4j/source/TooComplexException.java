package io.github.apparmor4j.source;

/** An automaton would have grown over its limit. */
public final class TooComplexException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long limit;

  /**
   * Takes the limit that was met.
   *
   * @param what states, transitions, …
   * @param limit their greatest number
   */
  public TooComplexException(String what, long limit) {
    super("more than " + limit + " " + what);
    this.limit = limit;
  }

  /** Returns the limit that was met. */
  public long limit() {
    return limit;
  }
}
