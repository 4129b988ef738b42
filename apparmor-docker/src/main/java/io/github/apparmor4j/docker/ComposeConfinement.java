package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.SourcePlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a service of a project is confined, with all its files, what it extends and its environment
 * taken into account.
 *
 * @param service its name
 * @param place where it is named for the first time
 * @param securityOpt what Docker is given, variables expanded
 * @param privileged whether it is privileged
 * @param choice what Docker makes of it; {@code null} if it refuses an option
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
