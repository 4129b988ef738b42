package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.SourcePlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a service of a project is confined, if all files, the services that it extends and the
 * environment are taken into account.
 *
 * @param service the service's name
 * @param place where the service is named for the first time
 * @param securityOpt the options that Docker is given, with variables expanded
 * @param privileged whether the service is privileged
 * @param choice the profile that Docker chooses; {@code null} if Docker refuses an option
 */
public record ComposeConfinement(
    String service,
    SourcePlace place,
    List<Text> securityOpt,
    boolean privileged,
    @Nullable DockerChoice choice) {

  /** Copies the list. */
  public ComposeConfinement {
    securityOpt = List.copyOf(securityOpt);
  }
}
