package io.github.apparmor4j.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.profile.Qualifiers.Action;
import io.github.apparmor4j.profile.RuleSamples;
import io.github.apparmor4j.profile.RuleSamples.Sample;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions about sets of profiles, as a user asks them. */
class PolicySetTest {

  private static final Features KERNEL =
      Features.LINUX_7_2.toBuilder()
          .set("ipc/posix_mqueue", "create read write open delete setattr getattr")
          .set("ipc/sysv_mqueue", "create read write open delete setattr getattr")
          .build();

  private static final String VARIABLES = "@{HOME} = /home/u\n@{p_x} = px\n";

  static PolicySet set(String text) {
    Compilation compilation =
        PolicyCompiler.forKernel(KERNEL)
            .compile(SourceText.of("p", VARIABLES + text), IncludeResolver.none());
    assertThat(compilation.isOk()).as("%s", compilation.diagnostics()).isTrue();
    return PolicySet.of(List.of(compilation));
  }

  private static List<String> who(PolicySet set, String pattern) {
    return set.who(AccessPattern.parse(pattern)).stream()
        .map(
            grant ->
                grant.profile()
                    + " "
                    + grant.accesses().permissions()
                    + " "
                    + grant.accesses().globs(List.of()).outer())
        .toList();
  }

  @Test
  void whoMayWriteBelowADirectory() {
    PolicySet set =
        set(
            """
            profile web { /srv/** r, /etc/cron.d/web w, }
            profile backup { /** r, owner /etc/*/* rw, }
            profile idle { }
            """);
    assertThat(who(set, "file w /etc/cron.d/**"))
        .containsExactly("backup owner w [/etc/cron.d/*]", "web w [/etc/cron.d/web]");
    assertThat(who(set, "file r /srv/**")).containsExactly("backup r [/srv/**]", "web r [/srv/**]");
    PolicySet.Grant grant = set.who(AccessPattern.parse("file w /etc/cron.d/**")).get(1);
    assertThat(grant.witness()).isEqualTo(Access.parse("file w /etc/cron.d/web"));
    assertThat(grant.rules().get(0).written()).hasToString("/etc/cron.d/web w,");
  }

  @Test
  void whoMayUseACapability() {
    PolicySet set =
        set("profile a { capability, deny capability sys_admin, }\nprofile b { capability kill, }");
    assertThat(set.who(AccessPattern.parse("capability sys_admin"))).isEmpty();
    assertThat(set.who(AccessPattern.parse("capability kill,chown")))
        .extracting(PolicySet.Grant::profile)
        .containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "files r /a",
        "file z /a",
        "file r",
        "file r a",
        "file r /a[",
        "file r /a /b",
        "capability dance",
        "signal send hupp x",
        "unix dance",
        "network inett",
        "network inet stream dance",
        "signal sendd kill x",
        "signal send,recv kill x",
        "ptrace read,dance x",
        "unix connect,dance",
        "dbus bind label=x",
        "mount /mnt",
      })
  void patternsThatAreNotUnderstood(String words) {
    assertThatThrownBy(() -> AccessPattern.parse(words))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Stream<Sample> samples() {
    return RuleSamples.samples().stream()
        .filter(sample -> sample.decided() != null)
        .filter(sample -> sample.rule().qualifiers().action() != Action.PROMPT)
        .filter(sample -> isTables(Objects.requireNonNull(sample.decided())));
  }

  /** Questions about addresses of the internet are not sets yet, and hats are not in tables. */
  private static boolean isTables(String question) {
    return !question.contains("ip=") && !question.contains("port=");
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everyRuleIsADifference(Sample sample) {
    boolean denies = sample.rule().qualifiers().isDeny();
    String others = denies ? "all, change_profile, " : "";
    PolicySet without = set("profile p { " + others + " hat worker { } }");
    PolicySet with = set("profile p { " + others + sample.text() + " hat worker { } }");
    PolicyDifference difference = PolicyDifference.between(without, with);
    assertThat(denies ? difference.isNarrowed() : difference.isWidened())
        .as("%s", difference.changes())
        .isTrue();
    assertThat(denies ? difference.isWidened() : difference.isNarrowed())
        .as("%s", difference.changes())
        .isFalse();
    assertThat(
            difference.changes().stream()
                .flatMap(change -> change.rules().stream())
                .map(ResolvedRule::written))
        .contains(sample.rule());
    PolicyDifference back = PolicyDifference.between(with, without);
    assertThat(back.isNarrowed()).isEqualTo(!denies);
    assertThat(PolicyDifference.between(with, with).isEmpty()).isTrue();
  }

  @Test
  void aWideningIsExactAndHasALine() {
    PolicySet old = set("profile p { /srv/** r, deny /srv/secret r, }");
    PolicySet changed = set("profile p { /srv/** rw, }");
    PolicyDifference difference = PolicyDifference.between(old, changed);
    assertThat(difference.isNarrowed()).isFalse();
    assertThat(difference.changes())
        .extracting(
            change ->
                change.subject()
                    + " "
                    + Objects.requireNonNull(change.accesses()).globs(List.of("/srv/**")).inner())
        .containsExactly("file r [/srv/secret]", "file w [/srv/**]");
    assertThat(difference.changes().get(0).witness()).isEqualTo(Access.parse("file r /srv/secret"));
  }

  @Test
  void whatIsNotInTheTables() {
    PolicyDifference difference =
        PolicyDifference.between(
            set("profile p /bin/p { set rlimit nofile <= 10, /a px, } profile q /a { }"),
            set("profile p /bin/{p,q} flags=(complain) { set rlimit nofile <= 20, /a ux, }"));
    assertThat(difference.changes())
        .extracting(change -> change.effect() + " " + change.profile() + " " + change.subject())
        .containsExactlyInAnyOrder(
            "WIDENED q profile",
            "WIDENED p mode",
            "NARROWED p attachment",
            "WIDENED p rlimit 7",
            "WIDENED p execution");
  }

  @Test
  void meaningNotText() {
    PolicyDifference difference =
        PolicyDifference.between(
            set("profile p { /srv/{a,b} r, capability kill, signal send set=(hup term), }"),
            set(
                "profile p { signal send set=hup, signal send set=term, /srv/b r, /srv/a r,"
                    + " capability kill, }"));
    assertThat(difference.changes()).isEmpty();
  }

  @Test
  void whatIsTooBigIsSaid() {
    WorkLimits few = WorkLimits.DEFAULT.withSize(5, 1000);
    PolicySet old = set("profile p { /srv/** r, }").withLimits(few);
    PolicySet changed = set("profile p { /srv/** rw, }").withLimits(few);
    AccessPattern asked = AccessPattern.parse("file r /srv/**");
    assertThatThrownBy(() -> old.who(asked)).isInstanceOf(TooComplexException.class);
    PolicyDifference difference = PolicyDifference.between(old, changed);
    assertThat(difference.changes())
        .extracting(PolicyDifference.Change::effect)
        .contains(PolicyDifference.Effect.UNKNOWN);
    assertThat(difference.isWidened() && difference.isNarrowed()).isTrue();
    Invariants invariants = Invariants.parse(SourceText.of("i", "never file r /srv/**\n"));
    assertThat(invariants.check(old, LocalDate.EPOCH))
        .extracting(Diagnostic::code)
        .containsExactly("AA-ASK-0003");
  }

  @Test
  void aLongPathIsCoveredByMore() {
    PolicySet set = set("profile p { /" + "a".repeat(5000) + "/{b,c} r, }");
    PolicySet.Grant grant = set.who(AccessPattern.parse("file r /**")).get(0);
    assertThat(grant.accesses().globs(List.of()).exact()).isFalse();
    assertThat(grant.accesses().globs(List.of()).outer()).hasSize(1);
  }

  @Test
  void bothSidesMustAllow() {
    PolicySet set =
        set(
            """
            profile a {
              signal (send) set=(term hup) peer=b, ptrace (read) peer=b,
              unix (connect) type=stream peer=(label=b), dbus (send) bus=session,
            }
            profile b {
              signal (receive) set=(term) peer=a, ptrace (tracedby) peer=a,
              unix (accept) type=stream peer=(label=a), dbus (receive) peer=(label=c),
            }
            """);
    assertThat(set.peers("a", "b").stream().filter(PolicySet.Dealing::isAllowed))
        .extracting(PolicySet.Dealing::what)
        .containsExactly("signal send term", "unix connect");
    assertThat(
            set.peers("a", "b").stream().filter(each -> each.own() != null && each.other() == null))
        .extracting(PolicySet.Dealing::what)
        .containsExactly("signal send hup", "ptrace read", "dbus send");
    assertThat(set.peers("b", "a")).noneMatch(PolicySet.Dealing::isAllowed);
  }
}
