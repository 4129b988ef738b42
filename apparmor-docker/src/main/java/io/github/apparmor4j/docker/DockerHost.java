package io.github.apparmor4j.docker;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a Docker daemon that decide which profile a container gets. The rules were seen
 * on 20.10.24 and 28.5.2 (docs/containers.md); of the versions between them, those up to 22 count
 * as the older one.
 *
 * @param major the first number of the engine's version
 * @param appArmor whether the kernel has AppArmor
 * @param parser whether the daemon finds {@code /sbin/apparmor_parser}
 * @param rootless whether the daemon runs without root
 */
public record DockerHost(int major, boolean appArmor, boolean parser, boolean rootless) {

  /** The label of a process that nothing confines. */
  static final String UNCONFINED = "unconfined";

  /** The first versions that behave so, as seen or as known from release notes. */
  private static final int LOOKS_FOR_PARSER = 23;

  private static final int WRITABLE_CGROUPS = 28;

  private static final Pattern VERSION = Pattern.compile("v?(\\d{1,6})\\.\\d.*");

  private static final Set<String> KEYS =
      Set.of("label", "apparmor", "seccomp", "no-new-privileges", "writable-cgroups");

  /** What a daemon reads in a list of options. */
  private record Parsed(@Nullable String appArmor, List<String> notes) {}

  /**
   * Returns a daemon on a host with AppArmor and {@code apparmor_parser}, run by root.
   *
   * @param version as {@code docker version} prints it: {@code 28.5.2}, {@code 20.10.24+dfsg1}
   * @throws IllegalArgumentException if it is not a valid version
   */
  public static DockerHost of(String version) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a valid version: " + version);
    }
    return new DockerHost(Integer.parseInt(matcher.group(1)), true, true, false);
  }

  /** Returns the daemon on a kernel without AppArmor. */
  public DockerHost withoutAppArmor() {
    return new DockerHost(major, false, parser, rootless);
  }

  /** Returns the daemon on a host without {@code apparmor_parser}. */
  public DockerHost withoutParser() {
    return new DockerHost(major, appArmor, false, rootless);
  }

  /** Returns the daemon run without root. */
  public DockerHost asRootless() {
    return new DockerHost(major, appArmor, parser, true);
  }

  /**
   * Returns what keeps the daemon from confining anything, if there is something. The daemon
   * doesn't say so itself: it starts containers unconfined.
   */
  public Optional<String> obstacle() {
    if (!appArmor) {
      return Optional.of("the kernel has no AppArmor");
    } else if (rootless) {
      return Optional.of("a daemon without root applies no profiles");
    } else if (!parser && major >= LOOKS_FOR_PARSER) {
      return Optional.of(
          "the daemon doesn't find /sbin/apparmor_parser, without which it applies no profile");
    }
    return Optional.empty();
  }

  /**
   * Returns the profile that a container gets.
   *
   * @param securityOpt the values of {@code --security-opt} or {@code HostConfig.SecurityOpt}, in
   *     their order
   * @param privileged whether {@code --privileged} is given
   * @throws DockerOptionException if the daemon refuses an option
   */
  public DockerChoice choose(List<String> securityOpt, boolean privileged) {
    Parsed parsed = parse(securityOpt);
    List<String> notes = new ArrayList<>(parsed.notes);
    String obstacle = obstacle().orElse(null);
    if (obstacle != null) {
      notes.add(obstacle);
      return new DockerChoice(UNCONFINED, DockerChoice.Reason.NOT_SUPPORTED, notes);
    } else if (parsed.appArmor != null && !parsed.appArmor.isEmpty()) {
      return new DockerChoice(parsed.appArmor, DockerChoice.Reason.OPTION, notes);
    } else if (privileged) {
      return new DockerChoice(UNCONFINED, DockerChoice.Reason.PRIVILEGED, notes);
    }
    return new DockerChoice(DockerDefaultProfile.NAME, DockerChoice.Reason.DEFAULT, notes);
  }

  private Parsed parse(List<String> securityOpt) {
    String appArmor = null;
    List<String> notes = new ArrayList<>();
    for (String option : securityOpt) {
      Objects.requireNonNull(option, "option");
      if (isBare(option)) {
        continue;
      }
      int at = separator(option);
      if (at < 0) {
        throw new DockerOptionException("invalid --security-opt 1: \"" + option + "\"");
      }
      String key = option.substring(0, at);
      if (!KEYS.contains(key) || (key.equals("writable-cgroups") && major < WRITABLE_CGROUPS)) {
        throw new DockerOptionException("invalid --security-opt 2: \"" + option + "\"");
      }
      if (option.charAt(at) == ':') {
        notes.add("'" + option + "': a colon is deprecated, '=' is meant");
      }
      if (key.equals("apparmor")) {
        if (appArmor != null) {
          notes.add("'" + option + "' replaces an option before it");
        }
        appArmor = option.substring(at + 1);
        if (appArmor.isEmpty()) {
          notes.add("'" + option + "' names nothing and means the default");
        }
      }
    }
    return new Parsed(appArmor, notes);
  }

  private boolean isBare(String option) {
    return option.equals("no-new-privileges")
        || option.equals("disable")
        || (option.equals("writable-cgroups") && major >= WRITABLE_CGROUPS);
  }

  /**
   * Returns where a key ends: at the first "=" if there is one, else at the first colon; -1 if
   * there is neither.
   */
  static int separator(String option) {
    int equals = option.indexOf('=');
    return equals >= 0 ? equals : option.indexOf(':');
  }

  /** Returns whether an option is about AppArmor. */
  static boolean isAppArmor(String option) {
    int at = separator(option);
    return at >= 0 && option.substring(0, at).equals("apparmor");
  }
}
