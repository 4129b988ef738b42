package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.WorkLimits;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Search for the expressions that make an automaton grow beyond all limits. Thread-safe. */
public final class StateExplosions {

  /** Longest time to make states, in nanoseconds. */
  private static final long ENOUGH = 1_000_000_000;

  private StateExplosions() {}

  /**
   * Returns the expressions that make states multiply, the worst first. These are the expressions
   * whose parts are active in about half of the states: each of them doubles the number of the
   * other states. It looks at some of the states, since the whole automaton may be too large to
   * build.
   *
   * @param states most states to look at; fewer if they take more than a second or a limit of
   *     {@link WorkLimits#DEFAULT} is reached
   * @return indices of the expressions with at least a tenth of the worst one's share
   */
  public static List<Integer> multiplying(List<Regex.Labelled> expressions, int states) {
    Nfa nfa = new Nfa(expressions);
    DfaBuilder builder = new DfaBuilder(nfa, WorkLimits.DEFAULT);
    int[] seen = builder.sample(states, ENOUGH);
    StateSets sets = builder.sets();
    int[] times = new int[nfa.size()];
    for (int set : seen) {
      for (int i = sets.firstOther(set); i < sets.last(set); i++) {
        times[sets.pool()[i]]++;
      }
      for (int member : sets.covered(sets.stars(set))) {
        times[member]++;
      }
    }
    double[] shares = new double[expressions.size()];
    double most = 0;
    for (int i = 0; i < shares.length; i++) {
      for (int member : nfa.states(expressions.get(i))) {
        double share = (double) times[member] / (seen.length + 1);
        shares[i] += share * (1 - share);
      }
      most = Math.max(most, shares[i]);
    }
    double enough = most / 10;
    return IntStream.range(0, shares.length)
        .filter(i -> shares[i] >= enough)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -shares[i]))
        .toList();
  }
}
