package io.github.apparmor4j.limits;

import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;

/**
 * What a piece of work on untrusted input may still make, and how long it may still take. A small
 * text can describe something large: a product of variables, copies of rules, aliases of aliases.
 * So whatever follows a text counts here what it makes, before it makes it. What can only be as
 * large as its text needs no budget: a file's size has its limit. Not thread-safe: each piece of
 * work has its own.
 */
public final class Budget {

  /** The most steps: some hundred times what the largest real profiles take. */
  private static final long MOST_STEPS = 1L << 27;

  /** How many steps are made between two looks at the clock. */
  private static final long STRIDE = 1L << 20;

  private final WorkLimits limits;
  private final long start = System.nanoTime();
  private long bytes;
  private long steps;
  private long nextLook = STRIDE;

  private Budget(WorkLimits limits) {
    this.limits = limits;
  }

  /** Returns a budget of the memory and time that limits allow. */
  public static Budget of(WorkLimits limits) {
    return new Budget(limits);
  }

  /**
   * Counts memory that is about to be taken.
   *
   * @param more an estimate, in bytes; negative for memory that isn't needed any more
   * @throws TooComplexException if all that is held would be more than is allowed
   */
  public void take(long more) {
    bytes += more;
    if (bytes > limits.bytes()) {
      throw new TooComplexException("bytes of memory", limits.bytes());
    }
  }

  /**
   * Counts steps that are about to be made, such as characters to copy or values to compare.
   *
   * @throws TooComplexException if these are more than is allowed, or the time is over
   */
  public void work(long more) {
    steps += more;
    if (steps > MOST_STEPS) {
      throw new TooComplexException("steps", MOST_STEPS);
    } else if (steps > nextLook) {
      nextLook = steps + STRIDE;
      if (System.nanoTime() - start > limits.time().toNanos()) {
        throw new TooComplexException("milliseconds", limits.time().toMillis());
      }
    }
  }
}
