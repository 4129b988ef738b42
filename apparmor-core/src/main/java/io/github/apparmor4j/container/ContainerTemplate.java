package io.github.apparmor4j.container;

import java.util.List;
import java.util.Set;

/**
 * A version of a runtime's default profile, by what it has that others haven't. Each was read from
 * what a real one gave to {@code apparmor_parser}, except {@link #DOCKER_29}, {@link #NERDCTL_2}
 * and {@link #CRI_O}, which are known from their publishers' descriptions (docs/containers.md).
 */
public enum ContainerTemplate {
  /** Docker's in 20.10.24. */
  DOCKER_20_10("docker-default", NotTasks.LOOSE),

  /** Docker's in 28.5.2. */
  DOCKER_28("docker-default", NotTasks.HALF, Part.RUNTIMES, Part.POWERCAP),

  /** Docker's since moby/profiles 0.2.1, of May 2026. */
  DOCKER_29(
      "docker-default",
      NotTasks.STRICT,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_KERNEL_CRYPTO,
      Part.ABI),

  /** containerd's in 1.6.20. */
  CONTAINERD_1_6(
      "cri-containerd.apparmor.d", NotTasks.LOOSE, Part.NO_MEMORY_DEVICES, Part.TRACES_ONLY),

  /** containerd's in 2.1.9. */
  CONTAINERD_2(
      "cri-containerd.apparmor.d",
      NotTasks.LOOSE,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_MEMORY_DEVICES,
      Part.ABI),

  /**
   * nerdctl's, which is containerd 2's under another name: by its sources, it calls containerd's
   * library for it.
   */
  NERDCTL_2("nerdctl-default", CONTAINERD_2),

  /** Podman's in 4.3.1, with containers-common 0.50.1, whose version is in the name. */
  PODMAN_4("containers-default-0.50.1", NotTasks.LOOSE, Part.TRACES_ONLY),

  /** Podman's in 5.8.6, with containers-common 0.67.1, whose version is in the name. */
  PODMAN_5("containers-default-0.67.1", NotTasks.LOOSE, Part.TRACES_ONLY, Part.RUNTIMES_BY_PATH),

  /** CRI-O's, which is Podman's under another name: by its sources, both call one library. */
  CRI_O("crio-default", PODMAN_5);

  /** What some templates have. */
  enum Part {
    /** Signals may come from runtimes that have a profile of their own. */
    RUNTIMES,
    /** The same, with profiles that are named by the programs' paths, Podman's among them. */
    RUNTIMES_BY_PATH,
    /** {@code /sys/devices/virtual/powercap} is out of reach. */
    POWERCAP,
    /** {@code /proc/mem} and {@code /proc/kmem} are out of reach. */
    NO_MEMORY_DEVICES,
    /** No sockets of the kernel's crypto interface, {@code AF_ALG}. */
    NO_KERNEL_CRYPTO,
    /** The container's tasks may trace each other and may not be traced, so none traces another. */
    TRACES_ONLY,
    /** ABI 3.0 is pinned where the host has it. */
    ABI
  }

  /**
   * Names in {@code /proc} that are neither numbers nor {@code sys}. Without a slash in its classes
   * a pattern meets names of deeper directories, too.
   */
  private static final class NotTasks {
    static final String LOOSE =
        "{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9]*}";
    static final String HALF =
        "{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}";
    static final String STRICT =
        "{[^1-9/],[^1-9/][^0-9/],[^1-9s/][^0-9y/][^0-9s/],[^1-9/][^0-9/][^0-9/][^0-9/]*}";
  }

  private final String profileName;
  private final String notTasks;

  @SuppressWarnings("ImmutableEnumChecker") // a copy
  private final Set<Part> parts;

  ContainerTemplate(String profileName, String notTasks, Part... parts) {
    this.profileName = profileName;
    this.notTasks = notTasks;
    this.parts = Set.copyOf(List.of(parts));
  }

  ContainerTemplate(String profileName, ContainerTemplate same) {
    this.profileName = profileName;
    this.notTasks = same.notTasks;
    this.parts = same.parts;
  }

  /** Returns the name that the runtime gives the profile. */
  public String profileName() {
    return profileName;
  }

  String notTasks() {
    return notTasks;
  }

  boolean has(Part part) {
    return parts.contains(part);
  }
}
