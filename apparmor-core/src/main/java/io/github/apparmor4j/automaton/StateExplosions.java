package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.WorkLimits;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Finds out why an automaton grows beyond all limits. */
public final class StateExplosions {

  /** For how long to look for what makes states multiply, in nanoseconds. */
  private static final long ENOUGH = 1_000_000_000;

  private StateExplosions() {}

  /**
   * Returns which expressions make states multiply, the worst first: those whose parts are in force
   * in about half of the states, for each of them doubles the others' states. For expressions that
   * can't be built to the end, a part of the states is looked at.
   *
   * @param states to look at, fewer if they take long or the memory of {@link WorkLimits#DEFAULT}
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
