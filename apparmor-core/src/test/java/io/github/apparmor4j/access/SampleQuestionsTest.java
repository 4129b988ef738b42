package io.github.apparmor4j.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.profile.Qualifiers.Action;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.RuleSamples;
import io.github.apparmor4j.profile.RuleSamples.Sample;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.SourceText;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of {@link RuleSamples}, alone in a profile, decides what it is about and no more. */
class SampleQuestionsTest {

  /** Kinds that decide nothing, and why. */
  private static final Set<RuleKind> SILENT =
      EnumSet.of(
          RuleKind.RLIMIT, // a number that the kernel takes
          RuleKind.UNRECOGNIZED); // refused by the compiler

  /** A kernel that mediates everything that rules can say, as none does yet. */
  private static final Features EVERYTHING =
      Features.LINUX_7_2.toBuilder()
          .set("ipc/posix_mqueue", "create read write open delete setattr getattr")
          .set("ipc/sysv_mqueue", "create read write open delete setattr getattr")
          .set("network_v9/af_inet", "yes")
          .set("network_v9_skb/af_mask", "inet inet6")
          .build();

  /** What the samples' variables stand for. */
  private static final String VARIABLES = "@{HOME} = /home/u\n@{p_x} = px\n";

  private static Stream<Sample> asked() {
    return RuleSamples.samples().stream().filter(sample -> sample.decided() != null);
  }

  private static boolean isDecisive(Rule rule) {
    return !SILENT.contains(rule.kind()) && rule.qualifiers().action() != Action.PROMPT;
  }

  @ParameterizedTest
  @EnumSource(RuleKind.class)
  void everyKindHasAQuestion(RuleKind kind) {
    List<Sample> samples =
        RuleSamples.samples().stream().filter(sample -> sample.rule().kind() == kind).toList();
    assertThat(samples).isNotEmpty();
    for (Sample sample : samples) {
      assertThat(sample.decided() != null)
          .as("a question about '%s' beside the sample", sample.text())
          .isEqualTo(isDecisive(sample.rule()));
      assertThat(sample.missed() == null).isEqualTo(sample.decided() == null);
    }
  }

  @ParameterizedTest
  @MethodSource("asked")
  void decidesItsQuestionAndNotTheNearMiss(Sample sample) {
    boolean denies = sample.rule().qualifiers().isDeny();
    // What is denied must be allowed otherwise, or nothing is seen of it.
    String others = denies ? "all, change_profile, " : "";
    Compilation compilation =
        PolicyCompiler.forKernel(EVERYTHING)
            .compile(
                SourceText.of(
                    "p",
                    VARIABLES + "profile p { " + others + sample.text() + " hat worker { } }\n"),
                IncludeResolver.none());
    assertThat(compilation.isOk()).as("%s", compilation.diagnostics()).isTrue();
    Decision decided = decide(compilation, sample.decided());
    assertThat(decided.allowed()).as(sample.decided()).isEqualTo(!denies);
    assertThat(decided.rules().stream().map(ResolvedRule::written))
        .as(sample.decided())
        .containsExactly(sample.rule());
    Decision missed = decide(compilation, sample.missed());
    assertThat(missed.allowed()).as(sample.missed()).isEqualTo(denies);
    assertThat(missed.rules().stream().map(ResolvedRule::written))
        .as(sample.missed())
        .doesNotContain(sample.rule());
  }

  /** The rule that is made of a question allows it, and not the near miss. */
  @ParameterizedTest
  @MethodSource("asked")
  void theQuestionsRuleAllowsIt(Sample sample) {
    Access access = Access.parse(Objects.requireNonNull(sample.decided()));
    Access missed = Access.parse(Objects.requireNonNull(sample.missed()));
    String rule = access.rule().map(Rule::toString).orElse("");
    Compilation compilation =
        PolicyCompiler.forKernel(EVERYTHING)
            .compile(
                SourceText.of("p", "profile p { " + rule + " hat worker { } }\n"),
                IncludeResolver.none());
    assertThat(compilation.isOk()).as("%s %s", rule, compilation.diagnostics()).isTrue();
    assertThat(Decider.decide(compilation, "p", access).allowed()).as(rule).isTrue();
    boolean needsNoRule = missed instanceof Access.ChangeHat;
    assertThat(Decider.decide(compilation, "p", missed).allowed() && !needsNoRule)
        .as(rule)
        .isFalse();
  }

  private static Decision decide(Compilation compilation, @Nullable String question) {
    return Decider.decide(compilation, "p", Access.parse(Objects.requireNonNull(question)));
  }
}
