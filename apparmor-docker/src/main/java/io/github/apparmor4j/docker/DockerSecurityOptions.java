package io.github.apparmor4j.docker;

import io.github.apparmor4j.container.ProfileRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The options that give a container a profile, in each form that Docker takes. The runtime's
 * default needs no option: the lists are empty then, and the fragments have an empty list.
 *
 * @param profile the container's profile
 */
public record DockerSecurityOptions(ProfileRef profile) {

  /** Returns the options for a profile. */
  public static DockerSecurityOptions of(ProfileRef profile) {
    return new DockerSecurityOptions(profile);
  }

  /**
   * Returns the entries of {@code HostConfig.SecurityOpt}: {@code apparmor=NAME}, or nothing for
   * the default.
   */
  public List<String> securityOpt() {
    if (profile instanceof ProfileRef.Named named) {
      return List.of("apparmor=" + named.name());
    }
    return profile instanceof ProfileRef.Unconfined ? List.of("apparmor=unconfined") : List.of();
  }

  /**
   * Returns a list of options with this profile in the place of those about AppArmor; other options
   * stay as they are, in their order.
   */
  public List<String> mergedInto(List<String> options) {
    List<String> merged = new ArrayList<>();
    boolean placed = false;
    for (String option : options) {
      if (!DockerHost.isAppArmor(option)) {
        merged.add(option);
      } else if (!placed) {
        merged.addAll(securityOpt());
        placed = true;
      }
    }
    if (!placed) {
      merged.addAll(securityOpt());
    }
    return List.copyOf(merged);
  }

  /**
   * Returns swarm's {@code Privileges.AppArmor.Mode}: {@code default} or {@code disabled}.
   *
   * @throws IllegalStateException for a named profile: swarm can't name one
   */
  public String swarmMode() {
    if (profile instanceof ProfileRef.Named named) {
      throw new IllegalStateException(
          "swarm gives services no profile of their own, so not " + named.name() + " either");
    }
    return profile instanceof ProfileRef.Unconfined ? "disabled" : "default";
  }

  /**
   * Returns the part of a {@code buildkitd.toml} about profiles, for build steps that runc runs and
   * for those that containerd runs: two tables with the key {@code apparmor-profile}. BuildKit's
   * own default is no profile.
   *
   * @throws IllegalStateException for the runtime's default: BuildKit knows none
   */
  public String buildKitToml() {
    if (profile instanceof ProfileRef.RuntimeDefault) {
      throw new IllegalStateException("BuildKit has no default profile; name one");
    }
    String name = profile instanceof ProfileRef.Named named ? named.name() : "";
    String quoted = '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    return "[worker.oci]\n  apparmor-profile = "
        + quoted
        + "\n\n[worker.containerd]\n  apparmor-profile = "
        + quoted
        + "\n";
  }

  /** Returns the arguments of {@code docker run}: {@code --security-opt apparmor=NAME}. */
  public List<String> cliArguments() {
    return securityOpt().stream()
        .flatMap(value -> List.of("--security-opt", value).stream())
        .toList();
  }

  /** Returns the engine API's {@code {"HostConfig":{"SecurityOpt":["apparmor=NAME"]}}}. */
  public String hostConfigJson() {
    return Written.json(Map.of("HostConfig", Map.of("SecurityOpt", securityOpt())));
  }

  /**
   * Returns the part of a compose file that gives a service the profile, as YAML with a line feed
   * at the end.
   *
   * @param service the service's name
   */
  public String composeYaml(String service) {
    return Written.yaml(Map.of("services", Map.of(service, Map.of("security_opt", securityOpt()))));
  }
}
