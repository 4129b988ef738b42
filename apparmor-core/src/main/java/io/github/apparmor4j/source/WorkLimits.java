package io.github.apparmor4j.source;

import java.time.Duration;

/**
 * Limits on the building of one automaton, and on the memory and the time that resolving one file
 * takes. An interrupt of the thread ends the building as well, with a {@link
 * java.util.concurrent.CancellationException}. Immutable and thread-safe.
 *
 * @param states the most states, before minimization
 * @param transitions the most transitions, before minimization; equal ones of a state count once
 * @param bytes the most memory, estimated: a guard against {@code OutOfMemoryError}, not a
 *     measurement
 * @param time the longest time for the subset construction, which is nearly all that can take long,
 *     or for the expansion of a file's variables
 */
public record WorkLimits(int states, int transitions, long bytes, Duration time) {

  private static final long MOST_BYTES = 1L << 30;

  /**
   * A million states, 20 million transitions, a quarter of the heap but no more than 1 GiB, and a
   * minute: some twenty times what the largest real profiles need.
   */
  public static final WorkLimits DEFAULT =
      new WorkLimits(
          1_000_000,
          20_000_000,
          Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 4),
          Duration.ofMinutes(1));

  /** Returns these limits with other numbers of states and transitions. */
  public WorkLimits withSize(int mostStates, int mostTransitions) {
    return new WorkLimits(mostStates, mostTransitions, bytes, time);
  }

  /** Returns these limits with another time. */
  public WorkLimits withTime(Duration most) {
    return new WorkLimits(states, transitions, bytes, most);
  }
}
