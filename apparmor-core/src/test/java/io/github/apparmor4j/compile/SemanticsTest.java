package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the same rules mean to two releases: docs/compatibility.md, "Two releases". */
class SemanticsTest {

  private static final Features ADDRESSES =
      Features.LINUX_7_2.toBuilder().set("network_v9/af_inet", "yes").build();

  private static Compilation compile(Semantics release, String rules) {
    return PolicyCompiler.builder(ADDRESSES)
        .semantics(release)
        .build()
        .compile(SourceText.of("p", "profile p { " + rules + " }"), IncludeResolver.none());
  }

  private static boolean allows(Semantics release, String rules, String question) {
    Compilation compilation = compile(release, rules);
    compilation.orThrow();
    return Decider.decide(compilation.profiles().get(0).binary(), Access.parse(question)).allowed();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // rules | question | 5.0 allows | 6.0 allows
        "{ deny /a r, }                   | file r /a                          | true  | false",
        "audit { deny /a r, }             | file r /a                          | true  | false",
        "deny { /a r, } /a w,             | file r /a                          | false | false",
        "{ capability kill, }             | capability kill                    | false | true",
        "all, priority=-1 /b px,          | file x /b                          | true  | true",
        "network inet, deny network (send) inet peer=(ip=10.0.0.1),"
            + " | network inet stream create          | true  | true",
        "network inet, deny network (send) inet peer=(ip=10.0.0.1),"
            + " | network inet stream send peer_ip=10.0.0.1 peer_port=1 | false | false",
        "network inet, deny network (send) inet peer=(ip=10.0.0.1),"
            + " | network inet stream send peer_ip=10.0.0.2 peer_port=1 | false | true",
        "network inet, deny network inet stream port=80,"
            + " | network inet stream create          | false | false",
      })
  void twoReleasesDiffer(String rules, String question, boolean five, boolean six) {
    assertThat(allows(Semantics.APPARMOR_5_0, rules, question)).as("5.0").isEqualTo(five);
    assertThat(allows(Semantics.APPARMOR_6_0, rules, question)).as("6.0").isEqualTo(six);
  }

  /** Whether the kernel goes on to the addresses, after the class, the family and the type. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "network inet, deny network (send) inet peer=(ip=10.0.0.1),",
        "network inet, deny network inet stream port=80,",
        "network inet, audit deny network (connect) inet stream peer=(port=80),",
      })
  void aDeniedAddressDoesNotEndTheQuestion(String rules) {
    byte[] stream = {15, 0, 2, 0, 1};
    for (Semantics release : Semantics.values()) {
      KernelProfile profile = compile(release, rules).profiles().get(0).binary();
      PolicyDfa dfa = Objects.requireNonNull(profile.policyDb());
      int allowed = dfa.entries().get(dfa.accept()[dfa.walk(stream)]).allow();
      assertThat((allowed & AcceptBits.KERNEL_CONTINUES) != 0)
          .as(release.name())
          .isEqualTo(release == Semantics.APPARMOR_6_0);
    }
  }
}
