package io.github.apparmor4j.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.PolicyDifference.Change;
import io.github.apparmor4j.access.PolicyDifference.Effect;
import io.github.apparmor4j.automaton.Language;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobCover;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import io.github.apparmor4j.testing.OverlappingRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Sets of accesses beside the answers to single questions: random rules that overlap, every path of
 * a small universe, and every witness asked again.
 */
class SetsProperties {

  private static final PolicyCompiler COMPILER =
      PolicyCompiler.forKernel(
          Features.LINUX_7_2.toBuilder()
              .set("ipc/posix_mqueue", "create read write")
              .set("ipc/sysv_mqueue", "create")
              .build());

  private static final Domain FILES = FileAccess.DOMAINS.get(0);

  @Provide
  Arbitrary<List<Rule>> fileRules() {
    return OverlappingRules.ofFiles();
  }

  @Provide
  Arbitrary<List<Rule>> otherRules() {
    return OverlappingRules.ofOthers();
  }

  private static PolicySet set(List<Rule> rules) {
    ProfileFile file = ProfileFile.of(Profile.builder("p").addAll(rules).build());
    Compilation compilation = COMPILER.compile(Resolver.of(IncludeResolver.none()).resolve(file));
    Assume.that(compilation.isOk()); // two ways to execute one file are refused
    return PolicySet.of(List.of(compilation));
  }

  private static Evaluator evaluator(PolicySet set) {
    return PolicySet.evaluator(set.required("p"));
  }

  @Property(tries = 150)
  void aDifferenceIsWhatSingleQuestionsSay(
      @ForAll("fileRules") List<Rule> before, @ForAll("fileRules") List<Rule> after) {
    PolicySet old = set(before);
    PolicySet fresh = set(after);
    List<Change> changes = PolicyDifference.between(old, fresh).changes();
    for (String path : OverlappingRules.PATHS) {
      for (Domain.Right right : FILES.rights()) {
        Access access = FILES.read(SourceText.encode(path), right);
        boolean was = Decider.grants(evaluator(old), access);
        boolean is = Decider.grants(evaluator(fresh), access);
        assertThat(reports(changes, Effect.WIDENED, path, right))
            .as("%s", access)
            .isEqualTo(is && !was);
        assertThat(reports(changes, Effect.NARROWED, path, right))
            .as("%s", access)
            .isEqualTo(was && !is);
      }
    }
    asked(changes, old, fresh);
  }

  private static boolean reports(
      List<Change> changes, Effect effect, String path, Domain.Right right) {
    return changes.stream()
        .filter(change -> change.effect() == effect && change.accesses() != null)
        .filter(change -> !change.subject().equals("execution")) // allowed before and after
        .map(change -> Objects.requireNonNull(change.accesses()))
        .anyMatch(set -> set.kind() == RuleKind.FILE && set.has(right) && set.hasPath(path));
  }

  /** Every witness is allowed on the one side, and refused on the other. */
  private static void asked(List<Change> changes, PolicySet old, PolicySet fresh) {
    for (Change change : changes) {
      boolean widened = change.effect() == Effect.WIDENED;
      if (change.witness() != null && (widened || change.effect() == Effect.NARROWED)) {
        if (!change.subject().equals("execution")) {
          boolean was = Decider.grants(evaluator(old), change.witness());
          boolean is = Decider.grants(evaluator(fresh), change.witness());
          assertThat(is).as("%s", change).isEqualTo(widened);
          assertThat(was).as("%s", change).isEqualTo(!widened);
        }
      }
    }
  }

  @Property(tries = 100)
  void otherKindsHaveWitnessesToo(
      @ForAll("otherRules") List<Rule> before, @ForAll("otherRules") List<Rule> after) {
    PolicySet old = set(before);
    PolicySet fresh = set(after);
    asked(PolicyDifference.between(old, fresh).changes(), old, fresh);
  }

  @Property(tries = 100)
  void orderMeansNothing(
      @ForAll("fileRules") List<Rule> files, @ForAll("otherRules") List<Rule> others) {
    List<Rule> all = new ArrayList<>(files);
    all.addAll(others);
    PolicySet set = set(all);
    Collections.reverse(all);
    assertThat(PolicyDifference.between(set, set(all)).changes()).isEmpty();
  }

  @Property(tries = 60)
  void globsAreWithinAndAroundTheSet(@ForAll("fileRules") List<Rule> rules) {
    List<String> patterns = rules.stream().flatMap(rule -> rule.patterns().stream()).toList();
    for (PolicySet.Grant grant : set(rules).who(AccessPattern.parse("file rwklmx /**"))) {
      Language set = grant.accesses().strings();
      GlobCover globs = grant.accesses().globs(patterns);
      Language inner = union(globs.inner());
      Language outer = union(globs.outer());
      assertThat(set.includes(inner, WorkLimits.DEFAULT)).as("%s", globs).isTrue();
      assertThat(outer.includes(set, WorkLimits.DEFAULT)).as("%s", globs).isTrue();
      if (globs.exact()) {
        assertThat(inner.includes(set, WorkLimits.DEFAULT)).as("%s", globs).isTrue();
      }
    }
  }

  private static Language union(List<String> globs) {
    Language all = Language.NONE;
    for (String glob : globs) {
      Language one = Language.of(Aare.path(glob).regex(), WorkLimits.DEFAULT);
      all = all.or(one.and(FILES.valid(), WorkLimits.DEFAULT), WorkLimits.DEFAULT);
    }
    return all;
  }
}
