package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PolicyKeeperTest {

  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();

  private static CompiledPolicy policy(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(ProfileParser.parseOrThrow(text));
  }

  private List<String> loaded() throws KernelException {
    return kernel.profiles().stream().map(LoadedProfile::name).sorted().toList();
  }

  @Test
  void loadsWhatChangedAndRemovesWhatIsGone() throws Exception {
    kernel.load(policy("profile other { }").toBytes());
    try (PolicyKeeper keeper = new PolicyKeeper(kernel)) {
      CompiledPolicy first = policy("profile a { /a r, }\nprofile b { profile c { } }\n");
      assertThat(keeper.put("file", first)).isTrue();
      assertThat(keeper.put("file", first)).isFalse();
      long revision = kernel.revision();
      assertThat(keeper.put("file", first)).isFalse();
      assertThat(kernel.revision()).isEqualTo(revision);
      assertThat(loaded()).containsExactly("a", "b", "b//c", "other");
      assertThat(keeper.put("file", policy("profile a { /a rw, }"))).isTrue();
      assertThat(loaded()).containsExactly("a", "other");
      keeper.put("second", policy("profile a { /a rw, }\nprofile d { }"));
      assertThat(keeper.remove("file")).isTrue();
      assertThat(loaded()).as("a is another's as well").containsExactly("a", "d", "other");
      assertThat(keeper.remove("second")).isTrue();
      assertThat(keeper.remove("second")).isFalse();
      assertThat(loaded()).containsExactly("other");
    }
  }

  @Test
  void loadsAgainWhatOthersRemovedOrReplaced() throws Exception {
    PolicyKeeper keeper = new PolicyKeeper(kernel);
    keeper.put("one", policy("profile a { /a r, }"));
    keeper.put("two", policy("profile b { }"));
    assertThat(keeper.missing()).isEmpty();
    kernel.remove("b");
    kernel.replace(policy("profile a { /** rw, }").toBytes());
    assertThat(keeper.missing()).containsExactly("one", "two");
    assertThat(keeper.restore()).containsExactly("one", "two");
    assertThat(keeper.missing()).isEmpty();
    assertThat(keeper.restore()).isEmpty();
    assertThat(keeper.keys()).containsExactly("one", "two");
  }

  @Test
  @Timeout(60)
  void watches() throws Exception {
    LinkedBlockingQueue<Set<String>> told = new LinkedBlockingQueue<>();
    try (PolicyKeeper keeper = new PolicyKeeper(kernel)) {
      keeper.put("one", policy("profile a { }"));
      keeper.watch((restored, problem) -> told.add(restored));
      assertThatThrownBy(() -> keeper.watch((restored, problem) -> {}))
          .isInstanceOf(IllegalStateException.class);
      for (int i = 0; i < 2; i++) {
        kernel.remove("a");
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(Set.of("one"));
        assertThat(loaded()).containsExactly("a");
      }
    }
  }

  @Test
  @Timeout(60)
  void goesOnWatchingAfterALookThatWentWrong() throws Exception {
    AtomicBoolean wrong = new AtomicBoolean();
    AppArmorKernel sometimes =
        AlteredKernel.of(
            kernel,
            (method, arguments) -> {
              if (method.equals("replace") && wrong.get()) {
                throw new IllegalStateException("gone wrong");
              }
              return null;
            });
    LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();
    try (PolicyKeeper keeper = new PolicyKeeper(sometimes)) {
      keeper.put("one", policy("profile a { }"));
      keeper.watch(
          (restored, problem) -> {
            told.add(problem == null ? restored : problem);
            throw new IllegalStateException("the listener's fault");
          });
      wrong.set(true);
      kernel.remove("a");
      assertThat(told.poll(30, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              KernelException.class, e -> assertThat(e).hasMessageContaining("gone wrong"));
      wrong.set(false);
      kernel.load(policy("profile other { }").toBytes());
      Object last = told.poll(30, TimeUnit.SECONDS);
      while (last instanceof KernelException) { // of a look that began before
        last = told.poll(30, TimeUnit.SECONDS);
      }
      assertThat(last).isEqualTo(Set.of("one"));
    }
  }
}
