package io.github.apparmor4j.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.Explanation.Mend;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.testing.OverlappingRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why not, and what would help. */
class ExplanationTest {

  private static CompiledProfile profile(String rules) {
    return PolicySetTest.set("profile p { " + rules + " }").required("p");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /srv/* rw,               | file w /srv/a/b         | write '/srv/** rw,' at p:3:13: a star of the rule stops before a slash
          /srv/* r,                | file w /srv/a           | write '/srv/* rw,' at p:3:13: the rule says nothing of this permission
          owner /srv/* r,          | file r other /srv/a     | write '/srv/* r,' at p:3:13: the rule would match if somebody else owned the file
          /a r, deny /{a,b} r,     | file r /a               | remove 'deny /{a,b} r,' at p:3:19
          deny /a r,               | file r owner /a         | remove 'deny /a r,' at p:3:13, and add 'owner /a r,'
          /b r,                    | exec owner /a           | add 'owner /a ix,'
          capability kill,         | capability sys_admin    | add 'capability sys_admin,'
          deny signal send,        | signal send kill p      | remove 'deny signal (send),' at p:3:13, and add 'signal (send) set=(kill) peer=p,'
          ptrace read peer=a,      | ptrace trace b          | add 'ptrace (trace) peer=b,'
          """)
  void theSmallestMend(String rules, String question, String mend) {
    Explanation explanation = Explanation.of(profile(rules), Access.parse(question));
    assertThat(explanation.decision().allowed()).isFalse();
    assertThat(explanation.mends().get(0)).hasToString(mend);
  }

  @Provide
  Arbitrary<List<Rule>> fileRules() {
    return OverlappingRules.ofFiles();
  }

  private static CompiledProfile compiled(List<Rule> rules) {
    ProfileFile file = ProfileFile.of(Profile.builder("p").addAll(rules).build());
    Compilation compilation =
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compile(Resolver.of(IncludeResolver.none()).resolve(file));
    return compilation.isOk()
        ? compilation.profiles().get(0)
        : PolicySetTest.set("profile p { }").required("p");
  }

  /** Whatever is denied: each mend that is named allows it. */
  @Property(tries = 60)
  void everyMendFlipsTheAnswer(@ForAll("fileRules") List<Rule> rules) {
    List<Rule> allowing = rules.stream().filter(rule -> !isPrompt(rule)).toList();
    CompiledProfile profile = compiled(allowing);
    for (String path : OverlappingRules.PATHS) {
      for (String question : List.of("r owner ", "w other ", "rk ", "a owner ", "m other ")) {
        Access access = Access.parse("file " + question + path);
        for (Mend mend : Explanation.of(profile, access).mends()) {
          CompiledProfile mended = compiled(apply(mend, profile));
          assertThat(Decider.decide(mended, access).allowed())
              .as("%s in %s by %s", access, allowing, mend)
              .isTrue();
        }
      }
    }
  }

  private static boolean isPrompt(Rule rule) {
    return rule.qualifiers().action() == Qualifiers.Action.PROMPT;
  }

  private static List<Rule> apply(Mend mend, CompiledProfile profile) {
    List<Rule> rules = new ArrayList<>();
    for (ResolvedRule each : profile.source().rules()) {
      if (each.equals(mend.replaced())) {
        rules.add(Objects.requireNonNull(mend.rule()));
      } else if (!mend.removed().contains(each)) {
        rules.add(each.rule());
      }
    }
    if (mend.replaced() == null && mend.rule() != null) {
      rules.add(mend.rule());
    }
    return rules;
  }
}
