package io.github.apparmor4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.RuleSamples;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of rule has its part in every room: docs/adr/0012-one-home-for-each-rule-kind.md. */
class RoomsTest {

  private static final JavaClasses CORE = new ClassFileImporter().importPath("target/classes");

  private static final JavaClasses TESTS =
      new ClassFileImporter().importPath("target/test-classes");

  /** Kinds that a room has no part for, and why. */
  private static final Map<String, Set<RuleKind>> WITHOUT =
      Map.of(
          // it has no keyword
          "parse.%sParser", EnumSet.of(RuleKind.UNRECOGNIZED),
          // the first is expanded before, the last refused
          "compile.%sEncoder", EnumSet.of(RuleKind.ALL, RuleKind.UNRECOGNIZED),
          // these allow and refuse nothing of their own
          "access.%sAccess", EnumSet.of(RuleKind.ALL, RuleKind.RLIMIT, RuleKind.UNRECOGNIZED),
          // those that no access stands for
          "audit.%sEvents", EnumSet.of(RuleKind.ALL, RuleKind.RLIMIT, RuleKind.UNRECOGNIZED));

  /** Returns the kind's name in the names of classes: {@code ChangeProfile}. */
  private static String name(RuleKind kind) {
    return Arrays.stream(kind.name().split("_", -1))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  private static Stream<Class<?>> rules() {
    return Arrays.stream(Rule.class.getPermittedSubclasses());
  }

  @Test
  void everyRuleHasAKind() {
    assertThat(rules())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(RuleKind.values()).map(RuleKind::type).toList());
  }

  @Test
  void noKeywordIsOfTwoKinds() {
    Set<String> seen = new HashSet<>();
    for (RuleKind kind : RuleKind.values()) {
      for (String keyword : kind.keywords()) {
        assertThat(seen.add(keyword)).as(keyword).isTrue();
        assertThat(RuleKind.named(keyword)).contains(kind);
      }
    }
    assertThat(RuleKind.named("frobnicate")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(RuleKind.class)
  void everyRoomHasAPartForTheKind(RuleKind kind) {
    WITHOUT.forEach(
        (room, without) -> {
          String name = "io.github.apparmor4j." + room.formatted(name(kind));
          assertThat(CORE.contain(name)).as(name).isEqualTo(!without.contains(kind));
        });
    assertThat(CORE.contain("io.github.apparmor4j.profile." + name(kind) + "Rule")).isTrue();
  }

  @ParameterizedTest
  @EnumSource(RuleKind.class)
  void theKindIsTested(RuleKind kind) {
    assertThat(RuleSamples.all().keySet().stream().map(Rule::kind)).as("samples").contains(kind);
    if (kind != RuleKind.UNRECOGNIZED) {
      assertThat(uses("profile.Arbitraries", kind)).as("arbitraries").isTrue();
    }
    if (!WITHOUT.get("access.%sAccess").contains(kind)) {
      assertThat(uses("compile.NaivePolicy", kind)).as("naive model").isTrue();
    }
  }

  private static boolean uses(String test, RuleKind kind) {
    return TESTS.get("io.github.apparmor4j." + test).getDirectDependenciesFromSelf().stream()
        .anyMatch(each -> each.getTargetClass().isEquivalentTo(kind.type()));
  }

  @Test
  void everySampleIsOfItsKindAndHasParts() {
    RuleSamples.all()
        .forEach(
            (rule, text) -> {
              assertThat(rule.kind().type()).isEqualTo(rule.getClass());
              assertThat(rule.withPatterns(pattern -> pattern)).isEqualTo(rule);
              assertThat(rule.parts()).isNotNull();
            });
  }

  @Test
  void whatAllStandsForIsOfEachKind() {
    for (RuleKind kind : RuleKind.values()) {
      assertThat(kind.everything(io.github.apparmor4j.profile.Qualifiers.NONE))
          .allMatch(rule -> rule.kind() == kind);
    }
  }

  @Test
  void everyQuestionIsInOneOfTheRooms() {
    Set<String> owners = new HashSet<>();
    for (RuleKind kind : RuleKind.values()) {
      owners.add(name(kind) + "Access");
    }
    owners.add("ExecAccess"); // of files, with an answer of its own
    assertThat(
            CORE.get(Access.class).getPackage().getClasses().stream()
                .map(each -> each.getSimpleName())
                .filter(name -> name.endsWith("Access") && !name.equals("Access")))
        .isSubsetOf(owners);
  }
}
