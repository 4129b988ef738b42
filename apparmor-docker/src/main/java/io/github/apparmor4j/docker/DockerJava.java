package io.github.apparmor4j.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import io.github.apparmor4j.container.ProfileRef;
import java.util.List;
import java.util.function.Consumer;

/**
 * Profiles in the form that docker-java and Testcontainers take. Needs docker-java on the class
 * path.
 */
public final class DockerJava {

  private DockerJava() {}

  /**
   * Returns a function that puts a container under a profile when it is created; other security
   * options stay. With Testcontainers:
   *
   * <pre>{@code
   * container.withCreateContainerCmdModifier(DockerJava.profile(ref));
   * }</pre>
   */
  @SuppressWarnings("exports") // docker-java is an automatic module
  public static Consumer<CreateContainerCmd> profile(ProfileRef profile) {
    return command -> {
      HostConfig config = command.getHostConfig();
      HostConfig changed = config == null ? HostConfig.newHostConfig() : config;
      List<String> options = changed.getSecurityOpts();
      changed.withSecurityOpts(
          DockerSecurityOptions.of(profile).mergedInto(options == null ? List.of() : options));
      command.withHostConfig(changed);
    };
  }
}
