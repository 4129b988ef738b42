package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.container.ProfileRef;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DockerHostTest {

  private final DockerHost old = DockerHost.of("20.10.24+dfsg1");
  private final DockerHost host = DockerHost.of("28.5.2");

  private static String label(DockerHost host, boolean privileged, String... options) {
    return host.choose(List.of(options), privileged).label();
  }

  @Test
  void choosesAsTheDaemonDoes() {
    for (DockerHost each : List.of(old, host)) {
      assertThat(label(each, false)).isEqualTo("docker-default");
      assertThat(label(each, true)).isEqualTo("unconfined");
      assertThat(label(each, false, "apparmor=unconfined")).isEqualTo("unconfined");
      assertThat(label(each, false, "apparmor=web")).isEqualTo("web");
      assertThat(label(each, true, "apparmor=web")).isEqualTo("web");
      assertThat(label(each, true, "label=disable")).isEqualTo("unconfined");
      assertThat(label(each, false, "apparmor:web")).isEqualTo("web");
      assertThat(label(each, false, "apparmor=a=b:c")).isEqualTo("a=b:c");
      assertThat(label(each, false, "apparmor=")).isEqualTo("docker-default");
      assertThat(label(each, false, "apparmor=one", "apparmor=two")).isEqualTo("two");
      assertThat(label(each, false, "no-new-privileges", "seccomp=unconfined"))
          .isEqualTo("docker-default");
    }
  }

  @Test
  void failsOpenWhereTheDaemonDoes() {
    assertThat(label(host.withoutParser(), false, "apparmor=web")).isEqualTo("unconfined");
    assertThat(label(old.withoutParser(), false, "apparmor=web")).isEqualTo("web");
    assertThat(label(host.asRootless(), false, "apparmor=web")).isEqualTo("unconfined");
    DockerChoice choice = host.withoutAppArmor().choose(List.of("apparmor=web"), false);
    assertThat(choice.isConfined()).isFalse();
    assertThat(choice.notes()).containsExactly("the kernel has no AppArmor");
  }

  @Test
  void refusesWhatTheDaemonRefuses() {
    assertThatThrownBy(() -> host.choose(List.of("appArmor=web"), false))
        .isInstanceOf(DockerOptionException.class)
        .hasMessage("invalid --security-opt 2: \"appArmor=web\"");
    assertThatThrownBy(() -> host.choose(List.of("web"), false))
        .isInstanceOf(DockerOptionException.class);
    assertThat(label(host, false, "writable-cgroups")).isEqualTo("docker-default");
    assertThatThrownBy(() -> old.choose(List.of("writable-cgroups"), false))
        .isInstanceOf(DockerOptionException.class);
    assertThatThrownBy(() -> DockerHost.of("new")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysWhatIsOdd() {
    assertThat(host.choose(List.of("apparmor:a", "apparmor="), false).notes())
        .containsExactly(
            "'apparmor:a': a colon is deprecated, '=' is meant",
            "'apparmor=' replaces an option before it",
            "'apparmor=' names nothing and means the default");
  }

  @Provide
  Arbitrary<List<String>> options() {
    Arbitrary<String> value = Arbitraries.strings().withChars("ab=:/ ").ofMaxLength(6);
    Arbitrary<String> appArmor =
        value.flatMap(v -> Arbitraries.of("apparmor=" + v, "apparmor:" + v));
    Arbitrary<String> other =
        Arbitraries.of("no-new-privileges", "seccomp=x", "label:disable", "label=type:t=x");
    return Arbitraries.oneOf(appArmor, other).list().ofMaxSize(6);
  }

  /** The rule in other words: the last option's value, found from the end. */
  @Property(tries = 1000)
  void theLastOptionCounts(@ForAll("options") List<String> options, @ForAll boolean privileged) {
    String expected = privileged ? "unconfined" : "docker-default";
    for (int i = options.size() - 1; i >= 0; i--) {
      String option = options.get(i);
      boolean byColon = option.startsWith("apparmor:") && !option.contains("=");
      if (option.startsWith("apparmor=") || byColon) {
        String value = option.substring("apparmor=".length());
        expected = value.isEmpty() ? expected : value;
        break;
      }
    }
    boolean refused = options.stream().anyMatch(o -> o.matches("apparmor:[^=]+=.*|apparmor:=.*"));
    if (refused) { // "apparmor:a=b" has the key "apparmor:a"
      assertThatThrownBy(() -> host.choose(options, privileged))
          .isInstanceOf(DockerOptionException.class);
    } else {
      assertThat(host.choose(options, privileged).label()).isEqualTo(expected);
    }
  }

  @Property(tries = 1000)
  void mergingReplacesOnlyWhatIsSaidOfAppArmor(@ForAll("options") List<String> options) {
    ProfileRef ref = ProfileRef.external("mine");
    List<String> merged = DockerSecurityOptions.of(ref).mergedInto(options);
    List<String> others = new ArrayList<>(options);
    others.removeIf(DockerHost::isAppArmor);
    assertThat(merged).filteredOn(option -> !option.equals("apparmor=mine")).isEqualTo(others);
    assertThat(merged).filteredOn(option -> option.equals("apparmor=mine")).hasSize(1);
  }

  @Test
  void swarmAndBuildKit() {
    DockerSecurityOptions mine = DockerSecurityOptions.of(ProfileRef.external("mine"));
    DockerSecurityOptions none = DockerSecurityOptions.of(ProfileRef.unconfined());
    assertThat(none.swarmMode()).isEqualTo("disabled");
    assertThat(DockerSecurityOptions.of(ProfileRef.runtimeDefault()).swarmMode())
        .isEqualTo("default");
    assertThatThrownBy(mine::swarmMode).isInstanceOf(IllegalStateException.class);
    assertThat(mine.buildKitToml()).contains("[worker.oci]\n  apparmor-profile = \"mine\"\n");
  }
}
