package io.github.apparmor4j.containerd;

import io.github.apparmor4j.container.ProfileRef;
import java.util.List;

/**
 * The arguments with which command-line tools put a container under a profile. Each list is to be
 * added after {@code run} or {@code exec}.
 *
 * @param profile the container's profile
 */
public record RuntimeArguments(ProfileRef profile) {

  /** Returns the arguments for a profile. */
  public static RuntimeArguments of(ProfileRef profile) {
    return new RuntimeArguments(profile);
  }

  /**
   * Returns the arguments of {@code ctr run}. Its own default is no profile; the runtime's default
   * is {@link CriDefaultProfile#NAME}, which {@code ctr} loads unless a profile of that name is
   * loaded.
   */
  public List<String> ctr() {
    if (profile instanceof ProfileRef.Named named) {
      return List.of("--apparmor-profile", named.name());
    }
    return profile instanceof ProfileRef.Unconfined
        ? List.of()
        : List.of("--apparmor-default-profile", CriDefaultProfile.NAME);
  }

  /** Returns the arguments of {@code podman run}, which are those of {@code docker run}. */
  public List<String> podman() {
    return nerdctl();
  }

  /** Returns the arguments of {@code nerdctl run}, which are those of {@code docker run}. */
  public List<String> nerdctl() {
    if (profile instanceof ProfileRef.Named named) {
      return List.of("--security-opt", "apparmor=" + named.name());
    }
    return profile instanceof ProfileRef.Unconfined
        ? List.of("--security-opt", "apparmor=unconfined")
        : List.of();
  }

  /**
   * Returns the arguments of {@code runc exec}; {@code runc run} takes a profile from its {@link
   * OciSpec}.
   *
   * @throws IllegalArgumentException for the runtime's default, which runc doesn't know
   */
  public List<String> runcExec() {
    String name = OciProcess.of(profile).name();
    return name.isEmpty() ? List.of() : List.of("--apparmor", name);
  }
}
