package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The resolution table; {@code ContainerdTest} tries the same rows on real daemons. */
class CriHostTest {

  private final CriHost host = new CriHost(true, Set.of("web", "a b"));
  private final CriHost unsupported = new CriHost(false, Set.of("web"));

  @ParameterizedTest
  @CsvSource(
      nullValues = "refused",
      value = {
        // deprecated field, container, privileged container, where profiles aren't applied
        "'', cri-containerd.apparmor.d, unconfined, unconfined",
        "runtime/default, cri-containerd.apparmor.d, unconfined, refused",
        "docker/default, cri-containerd.apparmor.d, unconfined, refused",
        "unconfined, unconfined, unconfined, unconfined",
        "localhost/web, web, web, refused",
        "localhost/a b, a b, a b, refused",
        "localhost/none, refused, refused, refused",
        "localhost/, refused, refused, refused",
        "web, refused, refused, refused",
      })
  void readsTheDeprecatedField(String text, String container, String privileged, String elsewhere) {
    CriRequest request = CriRequest.ofLegacy(text);
    assertThat(label(host, request)).isEqualTo(container);
    assertThat(label(host, request.asPrivileged())).isEqualTo(privileged);
    assertThat(label(unsupported, request)).isEqualTo(elsewhere);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "refused",
      value = {
        "RUNTIME_DEFAULT, '', cri-containerd.apparmor.d, unconfined, refused",
        "RUNTIME_DEFAULT, web, refused, refused, refused",
        "UNCONFINED, '', unconfined, unconfined, unconfined",
        "UNCONFINED, web, refused, refused, unconfined",
        "LOCALHOST, web, web, web, refused",
        "LOCALHOST, localhost/web, web, web, refused",
        "LOCALHOST, localhost/localhost/web, refused, refused, refused",
        "LOCALHOST, none, refused, refused, refused",
        "LOCALHOST, '', refused, refused, refused",
      })
  void readsTheField(
      ProfileType type, String name, String container, String privileged, String elsewhere) {
    CriRequest request = CriRequest.of(type, name);
    assertThat(label(host, request)).isEqualTo(container);
    assertThat(label(host, request.asPrivileged())).isEqualTo(privileged);
    assertThat(label(unsupported, request)).isEqualTo(elsewhere);
    // The field counts where both are set.
    assertThat(label(host, new CriRequest(request.apparmor(), "localhost/a b", false)))
        .isEqualTo(container);
  }

  private static @Nullable String label(CriHost host, CriRequest request) {
    try {
      return host.choose(request);
    } catch (CriException e) {
      return null;
    }
  }

  @ParameterizedTest
  @EnumSource
  void keepsABaseSpecificationsProfileWhereNoneIsSet(ProfileType type) {
    CriHost based = host.withBaseProfile("base");
    CriRequest request = CriRequest.of(type, type == ProfileType.LOCALHOST ? "web" : "");
    assertThat(based.choose(request))
        .isEqualTo(type == ProfileType.UNCONFINED ? "base" : host.choose(request));
    assertThat(based.choose(request.asPrivileged())).isEqualTo(host.choose(request.asPrivileged()));
  }

  @ParameterizedTest
  @CsvSource({
    "true, apparmor profile not found none",
    "false, apparmor is not supported",
  })
  void refusesInTheRuntimesWords(boolean supported, String message) {
    CriHost one = new CriHost(supported, Set.of());
    assertThatThrownBy(() -> one.choose(CriRequest.of(ProfileType.LOCALHOST, "none")))
        .isInstanceOf(CriException.class)
        .hasMessage(message);
  }
}
