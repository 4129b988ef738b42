package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.kernel.Reconciler.Outcome;
import io.github.apparmor4j.kernel.Reconciler.Refusal;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.source.Failures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ReconcilerTest {

  /** Owns what was loaded, and writes down what it is told. */
  private static final class Notes implements Ownership<IOException> {
    private final Set<String> owned = new TreeSet<>();
    private final List<String> told = new ArrayList<>();
    private boolean full;

    @Override
    public boolean owns(String name) {
      return owned.contains(name);
    }

    @Override
    public boolean hasLoaded(CompiledPolicy policy) {
      return told.contains("settle " + LoadedPolicies.names(policy));
    }

    @Override
    public void intend(String key, CompiledPolicy policy) {
      told.add("intend " + key);
      owned.addAll(LoadedPolicies.names(policy));
    }

    @Override
    public void settle(String key, CompiledPolicy policy) {
      told.add("settle " + LoadedPolicies.names(policy));
    }

    @Override
    public void disown(Set<String> names) {
      told.add("disown " + names);
      owned.removeAll(names);
    }

    @Override
    public void save() throws IOException {
      told.add("save");
      if (full) {
        throw new IOException("no space left");
      }
    }
  }

  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
  private final Notes notes = new Notes();
  private final Reconciler<IOException> reconciler = new Reconciler<>(kernel, notes);

  private static CompiledPolicy policy(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(ProfileParser.parseOrThrow(text));
  }

  private static Map<String, CompiledPolicy> wanted(String... keysAndTexts) {
    Map<String, CompiledPolicy> wanted = new LinkedHashMap<>();
    for (int i = 0; i < keysAndTexts.length; i += 2) {
      wanted.put(keysAndTexts[i], policy(keysAndTexts[i + 1]));
    }
    return wanted;
  }

  private static Refusal refusal(Outcome outcome, String key) {
    return Objects.requireNonNull(outcome.refused().get(key), key);
  }

  private List<String> loaded() {
    return kernel.profiles().stream().map(LoadedProfile::toString).sorted().toList();
  }

  /** Returns a reconciler of a kernel that throws something at a policy. */
  private Reconciler<IOException> thatThrows(Throwable thrown, CompiledPolicy at) {
    return new Reconciler<>(
        AlteredKernel.of(
            kernel,
            (method, arguments) -> {
              if (method.equals("replace") && Arrays.equals((byte[]) arguments[0], at.toBytes())) {
                throw thrown;
              }
              return null;
            }),
        notes);
  }

  @Test
  void loadsWhatIsMissingOrDifferent() throws IOException {
    Map<String, CompiledPolicy> wanted =
        wanted("2", "profile b { }", "1", "profile a { /a r, hat h { } }");
    Outcome first = reconciler.reconcile(wanted);
    assertThat(first.loaded()).containsExactly("1", "2");
    assertThat(first.refused()).isEmpty();
    assertThat(first.problem()).isNull();
    assertThat(kernel.profiles().get(0).name()).as("in their order").isEqualTo("a");
    assertThat(loaded()).containsExactly("a (enforce)", "a//h (enforce)", "b (enforce)");

    long revision = kernel.revision();
    assertThat(reconciler.missing(wanted)).isEmpty();
    assertThat(reconciler.reconcile(wanted).loaded()).isEmpty();
    assertThat(kernel.revision()).as("nothing was done").isEqualTo(revision);

    kernel.remove("a//h");
    kernel.replace(policy("profile b flags=(complain) { }").toBytes());
    assertThat(reconciler.missing(wanted)).containsExactly("1", "2");
    assertThat(reconciler.reconcile(wanted).loaded()).containsExactly("1", "2");
    assertThat(loaded()).containsExactly("a (enforce)", "a//h (enforce)", "b (enforce)");
    assertThat(reconciler.loads()).isEqualTo(4);
  }

  @Test
  void leavesAloneWhatSomeoneElseHasLoaded() throws IOException {
    kernel.load(policy("profile theirs { /theirs r, }").toBytes());
    kernel.load(policy("profile same { }").toBytes());
    Outcome outcome =
        reconciler.reconcile(
            wanted(
                "1",
                "profile mine { } profile theirs { }",
                "2",
                "profile same { }",
                "3",
                "profile new { }"));
    assertThat(outcome.loaded()).containsExactly("3");
    assertThat(outcome.refused().keySet()).containsExactly("1");
    assertThat(refusal(outcome, "1").reason()).isEqualTo("someone else has loaded profile theirs");
    assertThat(loaded()).containsExactly("new (enforce)", "same (enforce)", "theirs (enforce)");
    assertThat(notes.owned).containsExactly("new");
  }

  @Test
  void remembersWhatItOwnsBeforeItLoads() throws IOException {
    reconciler.reconcile(wanted("1", "profile a { }", "2", "profile b { }"));
    assertThat(notes.told)
        .containsExactly("intend 1", "intend 2", "save", "settle [a]", "settle [b]", "save");
    notes.full = true;
    assertThatThrownBy(() -> reconciler.reconcile(wanted("3", "profile c { }")))
        .hasMessage("no space left");
    assertThat(loaded()).as("a full disk is no reason to be free").contains("c (enforce)");
  }

  @Test
  void goesOnWhateverIsThrownAtOnePolicy() throws IOException {
    CompiledPolicy bad = policy("profile bad { }");
    Map<String, CompiledPolicy> wanted = new LinkedHashMap<>(Map.of("bad", bad));
    wanted.put("good", policy("profile good { }"));
    for (Throwable thrown :
        List.of(
            new KernelException("replace", Errno.ENOMEM, "full", null),
            new IllegalStateException("gone wrong"),
            new StackOverflowError(),
            new AssertionError("boom"))) {
      Outcome outcome = thatThrows(thrown, bad).reconcile(wanted);
      assertThat(outcome.loaded()).containsExactly("good");
      assertThat(refusal(outcome, "bad").cause()).isSameAs(thrown);
      assertThat(refusal(outcome, "bad").reason()).isEqualTo(Failures.text(thrown));
      assertThat(outcome.problem())
          .isNotNull()
          .satisfies(e -> assertThat(e == thrown || e.getCause() == thrown).isTrue());
      assertThat(notes.owned).as("not bad, which isn't loaded").containsExactly("good");
      kernel.remove("good");
    }
    for (Error fatal : List.of(new InternalError(), new UnknownError(), new ThreadDeath())) {
      assertThatThrownBy(() -> thatThrows(fatal, bad).reconcile(wanted)).isSameAs(fatal);
    }
  }

  @Test
  void keepsOwningWhatItHadLoadedBefore() throws IOException {
    reconciler.reconcile(wanted("1", "profile a { }"));
    CompiledPolicy bad = policy("profile a { /x r, } profile b { }");
    thatThrows(new IllegalStateException("gone wrong"), bad).reconcile(Map.of("1", bad));
    assertThat(notes.owned).containsExactly("a");
    assertThat(reconciler.reconcile(Map.of("1", bad)).loaded()).containsExactly("1");
  }

  @Test
  void goesOnAfterAProfileThatCantBeReadBack() throws IOException {
    Map<String, CompiledPolicy> wanted = wanted("1", "profile a { }", "2", "profile b { }");
    kernel.load(policy("profile a { }").toBytes());
    AppArmorKernel unreadable =
        AlteredKernel.of(
            kernel,
            (method, arguments) -> {
              if (method.equals("rawData")) {
                throw new KernelException("rawData", Errno.EACCES, arguments[0].toString(), null);
              }
              return null;
            });
    Reconciler<IOException> blind = new Reconciler<>(unreadable, notes);
    Outcome outcome = blind.reconcile(wanted);
    assertThat(outcome.loaded()).containsExactly("2");
    assertThat(refusal(outcome, "1").reason()).isEqualTo("rawData: EACCES (13): a");
    assertThatThrownBy(() -> blind.missing(wanted)).isInstanceOf(KernelException.class);
  }

  @Test
  void believesItselfWhereTheKernelDoesNotTell() throws IOException {
    AppArmorKernel silent =
        AlteredKernel.of(
            kernel, (method, arguments) -> method.equals("rawData") ? Optional.empty() : null);
    Reconciler<IOException> believing = new Reconciler<>(silent, notes);
    Map<String, CompiledPolicy> wanted = wanted("1", "profile a { }");
    assertThat(believing.reconcile(wanted).loaded()).containsExactly("1");
    assertThat(believing.reconcile(wanted).loaded()).isEmpty();
    kernel.remove("a");
    assertThat(believing.missing(wanted)).containsExactly("1");
    kernel.load(policy("profile theirs { }").toBytes());
    assertThat(believing.reconcile(wanted("1", "profile theirs { }")).refused()).hasSize(1);
  }

  @Test
  void removesWhatIsThere() throws IOException {
    reconciler.reconcile(wanted("1", "profile a { hat h { } }", "2", "profile b { }"));
    kernel.load(policy("profile theirs { }").toBytes());
    assertThat(reconciler.remove(Set.of("a", "a//h", "gone"))).isTrue();
    assertThat(loaded()).containsExactly("b (enforce)", "theirs (enforce)");
    assertThat(reconciler.removals()).isEqualTo(2);
    assertThat(notes.owned).containsExactly("b");
    assertThat(notes.told).endsWith("save");
    assertThat(reconciler.remove(Set.of("gone"))).isFalse();
    assertThat(reconciler.remove(Set.of())).isFalse();
  }
}
