package io.github.apparmor4j.container;

import java.util.List;
import java.util.Set;

/**
 * A version of a runtime's default profile, described by how it differs from the others. Each was
 * read from what the real runtime gave to {@code apparmor_parser}, except {@link #DOCKER_29},
 * {@link #NERDCTL_2} and {@link #CRI_O}, which are known from their publishers' descriptions
 * (docs/containers.md).
 */
public enum ContainerTemplate {
  /** Docker's default profile in 20.10.24. */
  DOCKER_20_10("docker-default", NotTasks.LOOSE),

  /** Docker's default profile in 28.5.2. */
  DOCKER_28("docker-default", NotTasks.HALF, Part.RUNTIMES, Part.POWERCAP),

  /** Docker's default profile since moby/profiles 0.2.1, of May 2026. */
  DOCKER_29(
      "docker-default",
      NotTasks.STRICT,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_KERNEL_CRYPTO,
      Part.ABI),

  /** containerd's default profile in 1.6.20. */
  CONTAINERD_1_6(
      "cri-containerd.apparmor.d", NotTasks.LOOSE, Part.NO_MEMORY_DEVICES, Part.TRACES_ONLY),

  /** containerd's default profile in 2.1.9. */
  CONTAINERD_2(
      "cri-containerd.apparmor.d",
      NotTasks.LOOSE,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_MEMORY_DEVICES,
      Part.ABI),

  /**
   * nerdctl's default profile, which is that of containerd 2 under another name: according to its
   * sources, nerdctl calls containerd's library.
   */
  NERDCTL_2("nerdctl-default", CONTAINERD_2),

  /** Podman's default profile in 4.3.1; its name has the version of containers-common, 0.50.1. */
  PODMAN_4("containers-default-0.50.1", NotTasks.LOOSE, Part.TRACES_ONLY),

  /** Podman's default profile in 5.8.6; its name has the version of containers-common, 0.67.1. */
  PODMAN_5("containers-default-0.67.1", NotTasks.LOOSE, Part.TRACES_ONLY, Part.RUNTIMES_BY_PATH),

  /**
   * CRI-O's default profile, which is Podman's under another name: according to their sources, both
   * call the same library.
   */
  CRI_O("crio-default", PODMAN_5);

  /** Parts that only some templates have. */
  enum Part {
    /** Runtimes with a profile of their own may send signals. */
    RUNTIMES,
    /** The same, for profiles that are named by their programs' paths, including Podman's. */
    RUNTIMES_BY_PATH,
    /** {@code /sys/devices/virtual/powercap} is denied. */
    POWERCAP,
    /** {@code /proc/mem} and {@code /proc/kmem} are denied. */
    NO_MEMORY_DEVICES,
    /** Sockets of the kernel's crypto interface, {@code AF_ALG}, are denied. */
    NO_KERNEL_CRYPTO,
    /** The container's tasks may trace each other but may not be traced, so in effect none can. */
    TRACES_ONLY,
    /** ABI 3.0 is pinned where the host has it. */
    ABI
  }

  /**
   * Patterns of names in {@code /proc} that are neither numbers nor {@code sys}. A class that
   * doesn't exclude the slash also matches names in deeper directories.
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

  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable copy
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
