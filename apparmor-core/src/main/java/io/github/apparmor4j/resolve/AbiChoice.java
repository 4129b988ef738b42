package io.github.apparmor4j.resolve;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.profile.AbiRule;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The choice of the features that a file is written for, by its {@code abi} rules. */
final class AbiChoice {

  private final IncludeResolver includes;

  /** The feature files that were read already, of which there are few. */
  private final Map<SourceText, Features> known;

  private final Problems problems;
  private @Nullable Features chosen;
  private boolean kernel;

  AbiChoice(IncludeResolver includes, Map<SourceText, Features> known, Problems problems) {
    this.includes = includes;
    this.known = known;
    this.problems = problems;
  }

  /** Returns the features, or {@code null} if no rule names any. */
  @Nullable Features chosen() {
    return chosen;
  }

  /** Returns whether a rule says that the kernel's own features are to be taken. */
  boolean isForKernel() {
    return kernel;
  }

  /**
   * Reads the ABI that a rule names. Only a rule of the preamble chooses the features. As with
   * apparmor_parser, the ABI of a rule in a profile must be there but has no effect: abstractions
   * have such a rule for other tools.
   */
  void read(AbiRule rule, SourcePlace place, boolean holds) {
    try {
      List<SourceText> texts = includes.find(rule.path(), rule.searched()).orElse(null);
      if (rule.searched() && (rule.path().equals("kernel") || rule.path().equals("default"))) {
        boolean first = holds && chosen == null && !kernel;
        kernel |= first && rule.path().equals("kernel");
        chosen = first && !kernel ? Features.DEFAULT_ABI : chosen;
        return;
      }
      Features found =
          texts == null || texts.isEmpty()
              ? rule.searched() ? Features.builtInAbis().get(rule.path()) : null
              : known.computeIfAbsent(texts.get(0), text -> Features.parse(text.text()));
      if (found == null) {
        problems.report(ResolveProblem.NOT_FOUND, place, "can't find " + rule.path());
      } else if (!holds) {
        return;
      } else if (chosen == null && !kernel) {
        chosen = found;
      } else if (chosen == null || !chosen.equals(found)) {
        problems.report(
            ResolveProblem.SECOND_ABI,
            place,
            rule.path() + " differs from an earlier abi, which stays in force");
      }
    } catch (IOException e) {
      problems.report(
          ResolveProblem.UNREADABLE,
          place,
          "can't read " + rule.path() + ": " + Failures.describe(e));
    } catch (IllegalArgumentException e) {
      problems.report(
          ResolveProblem.NOT_AN_ABI,
          place,
          rule.path() + " is not a feature file: " + e.getMessage());
    }
  }
}
