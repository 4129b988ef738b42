package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A check for rules of the file itself that have no effect: another rule does the same, or denies
 * all that they allow. Rules of included files are not judged, since they are written for other
 * profiles too.
 */
final class CoveredRuleCheck implements ProfileCheck {

  @Override
  public void check(Resolution resolution, Features kernel, Consumer<Diagnostic> to) {
    for (ResolvedProfile profile : resolution.allProfiles()) {
      List<Coverage> rules = new ArrayList<>();
      for (ResolvedRule rule : profile.rules()) {
        Coverage coverage = Coverage.of(rule);
        if (coverage != null) {
          rules.add(coverage);
        }
      }
      for (int i = 0; i < rules.size(); i++) {
        if (rules.get(i).rule().place().includedFrom() == null) {
          judge(rules, i, to);
        }
      }
    }
  }

  private static void judge(List<Coverage> rules, int at, Consumer<Diagnostic> to) {
    Coverage rule = rules.get(at);
    SourcePlace place = rule.rule().place();
    for (int i = 0; i < rules.size(); i++) {
      Coverage other = rules.get(i);
      if (i == at || other.rule().place().equals(place)) {
        continue; // the rule itself, or its copy made for an alias
      }
      if (other.denies(rule)) {
        to.accept(
            Diagnostic.of(
                CheckProblem.DENIED_RULE,
                place,
                "never in force: denied by '" + shown(other) + "' at " + other.rule().place()));
        return;
      }
      // Of two rules that do the same, the later one is redundant.
      if (other.covers(rule) && (i < at || !rule.covers(other))) {
        to.accept(
            Diagnostic.of(
                CheckProblem.COVERED_RULE,
                place,
                "does nothing more than '" + shown(other) + "' at " + other.rule().place()));
        return;
      }
    }
  }

  private static String shown(Coverage rule) {
    return rule.rule().written().toString();
  }
}
