package io.github.apparmor4j.container;

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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The family of default profiles of Docker, containerd and others: everything is allowed but what
 * reaches the host through {@code /proc}, {@code /sys} and mounts; signals and tracing stay among
 * the container's own tasks, and the runtime may signal in. What the members differ in are the
 * parameters here (docs/containers.md).
 */
public final class ContainerDefault {

  /** Labels of what may signal a container: unconfined runtimes, and those with a profile. */
  static final List<String> RUNTIMES = List.of("unconfined", "runc", "crun");

  private ContainerDefault() {}

  /** Denies what of {@code /proc} reaches the host, even to read it. */
  static void denyHostInProc(Profile.Builder profile) {
    profile.deny(
        FileRule.of("@{PROC}/sysrq-trigger", "rwklx"), FileRule.of("@{PROC}/kcore", "rwklx"));
  }

  /** Denies what of {@code /sys} reaches the host, even to read it. */
  static void denyHostInSys(Profile.Builder profile) {
    for (String path : List.of("firmware", "devices/virtual/powercap", "kernel/security")) {
      profile.deny(FileRule.of("/sys/" + path + "/**", "rwklx"));
    }
  }

  /** Returns a builder of a default profile of a name. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Collects the parameters; not thread-safe. */
  public static final class Builder {
    private final String name;
    private @Nullable String abi;
    private boolean systemIncludes;
    private boolean denyKernelCrypto;
    private boolean userns;
    private final List<MountRule> mounts = new ArrayList<>();
    private final List<String> notExecuted = new ArrayList<>();
    private final List<String> signalPeers = new ArrayList<>(RUNTIMES);

    private Builder(String name) {
      this.name = name;
    }

    /** Pins the ABI, {@code abi/3.0}: without, newer kernels refuse unix sockets. */
    public Builder abi(String path) {
      abi = path;
      return this;
    }

    /**
     * Includes {@code tunables/global} and {@code abstractions/base} of the host, as the runtimes
     * do where they exist.
     */
    public Builder systemIncludes() {
      systemIncludes = true;
      return this;
    }

    /** Denies sockets of the kernel's crypto interface ({@code AF_ALG}). */
    public Builder denyKernelCrypto() {
      denyKernelCrypto = true;
      return this;
    }

    /** Lets tasks of another label send signals: the daemon's, if it is confined. */
    public Builder signalPeer(String label) {
      if (!signalPeers.contains(label)) {
        signalPeers.add(label);
      }
      return this;
    }

    /**
     * Allows mounts, which the default denies altogether; others are refused still, and logged from
     * then on. They need {@code CAP_SYS_ADMIN} as well.
     */
    public Builder allowMount(MountRule... rules) {
      mounts.addAll(List.of(rules));
      return this;
    }

    /** Allows user namespaces, under an ABI that mediates them: {@code abi/4.0} and later. */
    public Builder allowUserns() {
      userns = true;
      return this;
    }

    /** Refuses to execute files. */
    public Builder denyExec(String... patterns) {
      notExecuted.addAll(List.of(patterns));
      return this;
    }

    /** Returns the file: the preamble and the profile. */
    public ProfileFile build() {
      ProfileFile.Builder file = ProfileFile.builder();
      if (abi != null) {
        file.abi(abi);
      }
      if (systemIncludes) {
        file.include("tunables/global");
      } else {
        file.variable("PROC", "/proc/");
      }
      return file.profile(profile()).build();
    }

    private Profile profile() {
      Profile.Builder profile =
          Profile.builder(name)
              .flags(ProfileFlag.Kind.ATTACH_DISCONNECTED, ProfileFlag.Kind.MEDIATE_DELETED);
      if (systemIncludes) {
        profile.include("abstractions/base");
      }
      profile.allow(NetworkRule.all());
      if (denyKernelCrypto) {
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
      return profile.allow(PtraceRule.of(name, PtracePermission.values())).build();
    }

    // Of /proc only the container's own processes and shared memory limits are writable.
    private static void proc(Profile.Builder profile) {
      String notNumberNorSys =
          "{[^1-9/],[^1-9/][^0-9/],[^1-9s/][^0-9y/][^0-9s/],[^1-9/][^0-9/][^0-9/][^0-9/]*}";
      profile.deny(
          FileRule.of("@{PROC}/*", "w"),
          FileRule.of("@{PROC}/" + notNumberNorSys + "/**", "w"),
          FileRule.of("@{PROC}/sys/[^k]**", "w"),
          FileRule.of("@{PROC}/sys/kernel/{?,??,[^s][^h][^m]**}", "w"));
      denyHostInProc(profile);
    }

    // Of /sys only /sys/fs/cgroup is writable; globs have no "all but", so each further letter is a
    // rule.
    private static void sys(Profile.Builder profile) {
      for (String path : List.of("[^f]*", "f[^s]*", "fs/[^c]*", "fs/c[^g]*", "fs/cg[^r]*")) {
        profile.deny(FileRule.of("/sys/" + path + "/**", "wklx"));
      }
      denyHostInSys(profile);
    }
  }
}
