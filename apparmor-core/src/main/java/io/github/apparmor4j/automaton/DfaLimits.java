package io.github.apparmor4j.automaton;

/**
 * What building an automaton may cost.
 *
 * @param states before minimization
 * @param cells transitions before minimization, by class of bytes
 */
public record DfaLimits(int states, int cells) {

  /** 400,000 states, 40 million cells: about 300 MB at the worst. */
  public static final DfaLimits DEFAULT = new DfaLimits(400_000, 40_000_000);
}
