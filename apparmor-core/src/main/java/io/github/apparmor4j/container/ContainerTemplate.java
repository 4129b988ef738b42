package io.github.apparmor4j.container;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A version of a runtime's default profile, described by how it differs from the others. {@link
 * #DOCKER_20_10}, {@link #DOCKER_28}, {@link #CONTAINERD_1_6}, {@link #CONTAINERD_2}, {@link
 * #PODMAN_4} and {@link #PODMAN_5} were read from what the real runtime gave to {@code
 * apparmor_parser}; the others are known from their publishers' sources (docs/containers.md).
 */
public enum ContainerTemplate {
  /** Docker's default profile in 20.10.24. */
  DOCKER_20_10("docker-default", NotTasks.LOOSE),

  /** Docker's default profile in 23.0.0 to 23.0.7 and 24.0.0 to 24.0.6. */
  DOCKER_23("docker-default", NotTasks.HALF),

  /** Docker's default profile in 23.0.8 to 23.0.11, 24.0.7 to 25.0.5 and 26.0.0 to 26.1.2. */
  DOCKER_24("docker-default", NotTasks.HALF, Part.POWERCAP),

  /** Docker's default profile in 23.0.12, 25.0.6 and 26.1.3 up to 29.4.2. */
  DOCKER_28("docker-default", NotTasks.HALF, Part.RUNTIMES, Part.POWERCAP),

  /** Docker's default profile since 29.4.3, which has moby/profiles 0.2.1. */
  DOCKER_29(
      "docker-default",
      NotTasks.STRICT,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_KERNEL_CRYPTO,
      Part.ABI),

  /** containerd's default profile up to 1.6.25. */
  CONTAINERD_1_6(
      "cri-containerd.apparmor.d", NotTasks.LOOSE, Part.NO_MEMORY_DEVICES, Part.TRACES_ONLY),

  /** containerd's default profile in 1.6.26 to 1.6.31. */
  CONTAINERD_1_6_26(
      "cri-containerd.apparmor.d",
      NotTasks.LOOSE,
      Part.POWERCAP,
      Part.NO_MEMORY_DEVICES,
      Part.TRACES_ONLY),

  /** containerd's default profile since 1.6.32. */
  CONTAINERD_1_6_32(
      "cri-containerd.apparmor.d",
      NotTasks.LOOSE,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_MEMORY_DEVICES,
      Part.TRACES_ONLY),

  /** containerd's default profile in 1.7.0 to 1.7.10. */
  CONTAINERD_1_7("cri-containerd.apparmor.d", NotTasks.LOOSE, Part.NO_MEMORY_DEVICES),

  /** containerd's default profile in 1.7.11 to 1.7.15. */
  CONTAINERD_1_7_11(
      "cri-containerd.apparmor.d", NotTasks.LOOSE, Part.POWERCAP, Part.NO_MEMORY_DEVICES),

  /**
   * containerd's default profile in 1.7.16 to 1.7.30, 2.0.0 to 2.0.8, 2.1.0 to 2.1.6, 2.2.0, 2.2.1.
   */
  CONTAINERD_2_0(
      "cri-containerd.apparmor.d",
      NotTasks.LOOSE,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_MEMORY_DEVICES),

  /** containerd's default profile since 1.7.31, 2.0.9, 2.1.7 and 2.2.2. */
  CONTAINERD_2(
      "cri-containerd.apparmor.d",
      NotTasks.LOOSE,
      Part.RUNTIMES,
      Part.POWERCAP,
      Part.NO_MEMORY_DEVICES,
      Part.ABI),

  /** containerd's default profile since 2.3.0. */
  CONTAINERD_2_3(
      "cri-containerd.apparmor.d", NotTasks.STRICT, Part.RUNTIMES, Part.POWERCAP, Part.ABI),

  /**
   * nerdctl's default profile before 2.3.0, which is that of containerd 2 under another name:
   * according to its sources, nerdctl calls containerd's library.
   */
  NERDCTL_2("nerdctl-default", CONTAINERD_2),

  /** nerdctl's default profile since 2.3.0, from containerd 2.3's library. */
  NERDCTL_2_3("nerdctl-default", CONTAINERD_2_3),

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

  /**
   * The profile of a release.
   *
   * @param template the profile
   * @param newer whether the release is newer than those that are known here, so that this is that
   *     of the newest of these
   */
  public record Release(ContainerTemplate template, boolean newer) {}

  /** A release's first three numbers; those that aren't there are 0. */
  private record Version(int major, int minor, int patch) {
    private static final Pattern FORM =
        Pattern.compile("v?(\\d{1,6})(?:\\.(\\d{1,6}))?(?:\\.(\\d{1,6}))?(?:[-+~].*)?");

    static Version of(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("not a valid version: " + text);
      }
      return new Version(
          Integer.parseInt(matcher.group(1)), number(matcher.group(2)), number(matcher.group(3)));
    }

    private static int number(@Nullable String digits) {
      return digits == null ? 0 : Integer.parseInt(digits);
    }

    boolean isFrom(int otherMajor, int otherMinor, int otherPatch) {
      return Arrays.compare(
              new int[] {major, minor, patch}, new int[] {otherMajor, otherMinor, otherPatch})
          >= 0;
    }
  }

  /**
   * Returns the default profile of a release of Docker's engine.
   *
   * @param version as {@code docker version} prints it: {@code 28.5.2}, {@code 20.10.24+dfsg1}
   * @throws IllegalArgumentException if it is not a valid version
   */
  public static Release docker(String version) {
    Version given = Version.of(version);
    return new Release(docker(given), given.isFrom(29, 9, 0));
  }

  private static ContainerTemplate docker(Version version) {
    int patch = version.patch;
    return switch (version.major) {
      case 23 -> patch < 8 ? DOCKER_23 : patch < 12 ? DOCKER_24 : DOCKER_28;
      case 24 -> patch < 7 ? DOCKER_23 : DOCKER_24;
      case 25 -> patch < 6 ? DOCKER_24 : DOCKER_28;
      case 26 -> version.isFrom(26, 1, 3) ? DOCKER_28 : DOCKER_24;
      default -> {
        if (version.major < 23) {
          yield DOCKER_20_10;
        }
        yield version.isFrom(29, 4, 3) ? DOCKER_29 : DOCKER_28;
      }
    };
  }

  /**
   * Returns the default profile that a release of containerd gives containers of Kubernetes. A
   * version of one or two numbers stands for the newest of its kind.
   *
   * @param version as {@code containerd --version} prints it: {@code 1.7.24}
   * @throws IllegalArgumentException if it is not a valid version
   */
  public static Release containerd(String version) {
    Version given = Version.of(version);
    boolean isExact = version.replaceFirst("[-+~].*", "").chars().filter(c -> c == '.').count() > 1;
    int patch = isExact ? given.patch : Integer.MAX_VALUE;
    int minor = version.contains(".") ? given.minor : Integer.MAX_VALUE;
    Version meant = new Version(given.major, minor, patch);
    boolean isNewer = given.major > 2 || (version.contains(".") && given.isFrom(2, 4, 0));
    return new Release(meant.major < 2 ? containerd1(meant) : containerd2(meant), isNewer);
  }

  private static ContainerTemplate containerd1(Version version) {
    int patch = version.patch;
    if (version.minor < 7) {
      boolean isOld = version.minor < 6 || patch < 26;
      return isOld ? CONTAINERD_1_6 : patch < 32 ? CONTAINERD_1_6_26 : CONTAINERD_1_6_32;
    } else if (patch < 16) {
      return patch < 11 ? CONTAINERD_1_7 : CONTAINERD_1_7_11;
    }
    return patch < 31 ? CONTAINERD_2_0 : CONTAINERD_2;
  }

  private static ContainerTemplate containerd2(Version version) {
    int pinnedSince =
        switch (version.minor) {
          case 0 -> 9;
          case 1 -> 7;
          case 2 -> 2;
          default -> 0;
        };
    if (version.isFrom(2, 3, 0)) {
      return CONTAINERD_2_3;
    }
    return version.patch < pinnedSince ? CONTAINERD_2_0 : CONTAINERD_2;
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
