package io.github.apparmor4j.container;

import io.github.apparmor4j.container.ContainerTemplate.Part;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.UsernsRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The default profiles of Docker, containerd, nerdctl, Podman and CRI-O. They allow everything
 * except what reaches the host through {@code /proc}, {@code /sys} and mounts. Tasks of the
 * container may signal and trace only each other; the runtime may send them signals. The profiles
 * differ in their {@link ContainerTemplate} and in the parameters of the builder
 * (docs/containers.md).
 */
public final class ContainerDefault {

  /**
   * Labels that may send signals to a container: unconfined runtimes, and runtimes with a profile.
   */
  static final List<String> RUNTIMES = List.of("unconfined", "runc", "crun");

  /** The same, for hosts where profiles are named by their programs' paths. */
  private static final List<String> RUNTIMES_BY_PATH =
      List.of(
          "unconfined",
          "{/usr/bin/,/usr/sbin/,}runc",
          "{/usr/bin/,/usr/sbin/,}crun*",
          "{/usr/bin/,/usr/sbin/,}podman");

  private ContainerDefault() {}

  /** Denies all access, even reading, to files in {@code /proc} that reach the host. */
  static void denyHostInProc(Profile.Builder profile) {
    profile.deny(
        FileRule.of("@{PROC}/sysrq-trigger", "rwklx"), FileRule.of("@{PROC}/kcore", "rwklx"));
  }

  /** Denies all access, even reading, to files in {@code /sys} that reach the host. */
  static void denyHostInSys(Profile.Builder profile, boolean powercap) {
    profile.deny(FileRule.of("/sys/firmware/**", "rwklx"));
    if (powercap) {
      profile.deny(FileRule.of("/sys/devices/virtual/powercap/**", "rwklx"));
    }
    profile.deny(FileRule.of("/sys/kernel/security/**", "rwklx"));
  }

  /** Returns a builder of a template's profile, under the name that the runtime gives it. */
  public static Builder builder(ContainerTemplate template) {
    return builder(template.profileName(), template);
  }

  /** Returns a builder of a template's profile under another name. */
  public static Builder builder(String name, ContainerTemplate template) {
    return new Builder(name, template);
  }

  /** Collects the parameters of a profile; not thread-safe. */
  public static final class Builder {
    private final String name;
    private final ContainerTemplate template;
    private @Nullable String abi;
    private boolean tunables;
    private boolean abstractions;
    private boolean userns;
    private final List<MountRule> mounts = new ArrayList<>();
    private final List<String> notExecuted = new ArrayList<>();
    private final List<String> signalPeers = new ArrayList<>();

    private Builder(String name, ContainerTemplate template) {
      this.name = name;
      this.template = template;
      if (template.has(Part.RUNTIMES_BY_PATH)) {
        signalPeers.addAll(RUNTIMES_BY_PATH);
      } else {
        signalPeers.addAll(template.has(Part.RUNTIMES) ? RUNTIMES : RUNTIMES.subList(0, 1));
      }
    }

    /** Pins an ABI, such as {@code abi/3.0}. Without an ABI, newer kernels refuse Unix sockets. */
    public Builder abi(String path) {
      abi = path;
      return this;
    }

    /** Includes {@code tunables/global} and {@code abstractions/base} of the host. */
    public Builder systemIncludes() {
      tunables = true;
      abstractions = true;
      return this;
    }

    /**
     * Uses the files of a host as the runtime would: the ABI if the template pins one, and each
     * include, if their files exist.
     *
     * @param root root of the host's file tree; {@code /} for this host
     */
    public Builder host(Path root) {
      Path directory = root.resolve("etc/apparmor.d");
      abi =
          template.has(Part.ABI) && Files.isRegularFile(directory.resolve("abi/3.0"))
              ? "abi/3.0"
              : null;
      tunables = Files.isRegularFile(directory.resolve("tunables/global"));
      abstractions = Files.isRegularFile(directory.resolve("abstractions/base"));
      return this;
    }

    /** Lets tasks with another label send signals, such as a daemon that is confined. */
    public Builder signalPeer(String label) {
      if (!signalPeers.contains(label)) {
        signalPeers.add(label);
      }
      return this;
    }

    /**
     * Allows some mounts; by default all are denied. Other mounts are still refused, but then they
     * are logged. Mounting needs {@code CAP_SYS_ADMIN} as well.
     */
    public Builder allowMount(MountRule... rules) {
      mounts.addAll(List.of(rules));
      return this;
    }

    /**
     * Allows user namespaces. This matters only under an ABI that mediates them: {@code abi/4.0} or
     * later.
     */
    public Builder allowUserns() {
      userns = true;
      return this;
    }

    /** Denies the execution of files that match one of the patterns. */
    public Builder denyExec(String... patterns) {
      notExecuted.addAll(List.of(patterns));
      return this;
    }

    /** Returns the profile file: the preamble and the profile. */
    public ProfileFile build() {
      ProfileFile.Builder file = ProfileFile.builder();
      if (abi != null) {
        file.abi(abi);
      }
      if (tunables) {
        file.include("tunables/global");
      } else {
        file.variable("PROC", "/proc/");
      }
      return file.profile(profile()).build();
    }

    /** Returns the profile alone. A file with it must define {@code @{PROC}}. */
    public Profile profile() {
      Profile.Builder profile =
          Profile.builder(name)
              .flags(ProfileFlag.Kind.ATTACH_DISCONNECTED, ProfileFlag.Kind.MEDIATE_DELETED);
      if (abstractions) {
        profile.include("abstractions/base");
      }
      profile.allow(NetworkRule.all());
      if (template.has(Part.NO_KERNEL_CRYPTO)) {
        profile.deny(NetworkRule.of(NetworkFamily.ALG));
      }
      profile.allow(CapabilityRule.of(), FileRule.all(), MountRule.umount(null));
      for (String peer : signalPeers) {
        profile.allow(SignalRule.of(peer, SignalPermission.RECEIVE));
      }
      profile.allow(SignalRule.of(name, SignalPermission.SEND, SignalPermission.RECEIVE));
      proc(profile);
      if (mounts.isEmpty()) {
        profile.deny(MountRule.all());
      }
      mounts.forEach(profile::allow);
      if (userns) {
        profile.allow(UsernsRule.of());
      }
      notExecuted.forEach(pattern -> profile.deny(FileRule.of(pattern, "x")));
      sys(profile);
      PtracePermission[] traces =
          template.has(Part.TRACES_ONLY)
              ? new PtracePermission[] {PtracePermission.TRACE, PtracePermission.READ}
              : PtracePermission.values();
      return profile.allow(PtraceRule.of(name, traces)).build();
    }

    // In /proc only the files of the container's own processes and the limits of shared memory are
    // writable.
    private void proc(Profile.Builder profile) {
      profile.deny(
          FileRule.of("@{PROC}/*", "w"),
          FileRule.of("@{PROC}/" + template.notTasks() + "/**", "w"),
          FileRule.of("@{PROC}/sys/[^k]**", "w"),
          FileRule.of("@{PROC}/sys/kernel/{?,??,[^s][^h][^m]**}", "w"));
      denyHostInProc(profile);
      if (template.has(Part.NO_MEMORY_DEVICES)) {
        profile.deny(FileRule.of("@{PROC}/mem", "rwklx"), FileRule.of("@{PROC}/kmem", "rwklx"));
      }
    }

    // In /sys only /sys/fs/cgroup is writable. Globs can't say "all but", so each letter of the
    // path takes a rule of its own.
    private void sys(Profile.Builder profile) {
      for (String path : List.of("[^f]*", "f[^s]*", "fs/[^c]*", "fs/c[^g]*", "fs/cg[^r]*")) {
        profile.deny(FileRule.of("/sys/" + path + "/**", "wklx"));
      }
      denyHostInSys(profile, template.has(Part.POWERCAP));
    }
  }
}
