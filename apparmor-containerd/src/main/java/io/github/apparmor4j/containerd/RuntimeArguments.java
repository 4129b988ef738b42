package io.github.apparmor4j.containerd;

import io.github.apparmor4j.container.ProfileRef;
import java.util.List;

/**
 * The arguments by which command-line tools put a container under a profile. Each list is what is
 * added after {@code run} or {@code exec}.
 *
 * @param profile which
 */
public record RuntimeArguments(ProfileRef profile) {

  /** Returns the arguments for a profile. */
  public static RuntimeArguments of(ProfileRef profile) {
    return new RuntimeArguments(profile);
  }

  /**
   * Returns what {@code ctr run} takes. Its own default is no profile; the runtime's default is
   * {@link CriDefaultProfile#NAME}, which {@code ctr} loads unless one of the name is loaded.
   */
  public List<String> ctr() {
    if (profile instanceof ProfileRef.Named named) {
      return List.of("--apparmor-profile", named.name());
    }
    return profile instanceof ProfileRef.Unconfined
        ? List.of()
        : List.of("--apparmor-default-profile", CriDefaultProfile.NAME);
  }

  /** Returns what {@code podman run} takes, as {@code docker run} does. */
  public List<String> podman() {
    return nerdctl();
  }

  /** Returns what {@code nerdctl run} takes, as {@code docker run} does. */
  public List<String> nerdctl() {
    if (profile instanceof ProfileRef.Named named) {
      return List.of("--security-opt", "apparmor=" + named.name());
    }
    return profile instanceof ProfileRef.Unconfined
        ? List.of("--security-opt", "apparmor=unconfined")
        : List.of();
  }

  /**
   * Returns what {@code runc exec} takes; {@code runc run} takes a profile from its {@link
   * OciSpec}.
   *
   * @throws IllegalArgumentException for the runtime's default, which runc doesn't know
   */
  public List<String> runcExec() {
    String name = OciProcess.of(profile).name();
    return name.isEmpty() ? List.of() : List.of("--apparmor", name);
  }
}
