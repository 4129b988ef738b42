package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A check for rules that give a confined program a way out of its confinement, or control of the
 * machine. What a denying rule of the same profile takes back is not reported.
 */
final class DangerousGrantCheck implements ProfileCheck {

  private static final int WRITE = FilePermissions.WRITE | FilePermissions.APPEND;
  private static final int ACCESS = WRITE | FilePermissions.READ;

  /** A file that is dangerous to grant, the permissions that make it so, and why. */
  private record Danger(CheckProblem kind, String path, int permissions, String why) {}

  private static final List<Danger> FILES =
      List.of(
          new Danger(
              CheckProblem.WRITES_SYSRQ,
              "/proc/sysrq-trigger",
              WRITE,
              "restarts, crashes or remounts the machine"),
          new Danger(
              CheckProblem.NAMES_KERNEL_HELPER,
              "/proc/sys/kernel/core_pattern",
              WRITE,
              "names a program that the kernel runs unconfined as root when any program crashes"),
          new Danger(
              CheckProblem.NAMES_KERNEL_HELPER,
              "/proc/sys/kernel/modprobe",
              WRITE,
              "names a program that the kernel runs unconfined as root to load modules"),
          new Danger(
              CheckProblem.NAMES_KERNEL_HELPER,
              "/sys/kernel/uevent_helper",
              WRITE,
              "names a program that the kernel runs unconfined as root on device events"),
          new Danger(
              CheckProblem.USES_RAW_DISK,
              "/dev/sda",
              ACCESS,
              "reads or changes every file below the mounts"),
          new Danger(
              CheckProblem.USES_RAW_DISK,
              "/dev/nvme0n1",
              ACCESS,
              "reads or changes every file below the mounts"),
          new Danger(
              CheckProblem.USES_MACHINE_MEMORY,
              "/dev/mem",
              ACCESS,
              "reads or changes the machine's memory"),
          new Danger(
              CheckProblem.USES_MACHINE_MEMORY, "/proc/kcore", ACCESS, "reads the kernel's memory"),
          new Danger(
              CheckProblem.CHANGES_PROFILES,
              "/etc/apparmor.d/any",
              WRITE,
              "changes profiles that are loaded at the next start"),
          new Danger(
              CheckProblem.CHANGES_PROFILES,
              "/sys/kernel/security/apparmor/.replace",
              WRITE,
              "replaces profiles in the kernel"),
          new Danger(
              CheckProblem.GIVES_CODE,
              "/etc/ld.so.preload",
              WRITE,
              "puts code into every program that starts, unconfined ones too"),
          new Danger(
              CheckProblem.GIVES_CODE,
              "/lib64/ld-linux-x86-64.so.2",
              WRITE,
              "puts code into every program that starts, unconfined ones too"),
          new Danger(
              CheckProblem.GIVES_CODE,
              "/etc/cron.d/any",
              WRITE,
              "has commands run unconfined as root"),
          new Danger(
              CheckProblem.CHANGES_ACCOUNTS, "/etc/shadow", WRITE, "sets anybody's password"),
          new Danger(
              CheckProblem.CHANGES_ACCOUNTS, "/etc/sudoers.d/any", WRITE, "makes anybody root"),
          new Danger(
              CheckProblem.USES_CONTAINER_SOCKET,
              "/run/docker.sock",
              WRITE,
              "starts containers that have the whole machine"),
          new Danger(
              CheckProblem.USES_CONTAINER_SOCKET,
              "/run/containerd/containerd.sock",
              WRITE,
              "starts containers that have the whole machine"),
          new Danger(
              CheckProblem.WRITES_PROGRAM_MEMORY,
              "/proc/1/mem",
              WRITE,
              "changes other programs while they run"));

  private static final List<String> SHELLS =
      List.of(
          "/bin/sh",
          "/bin/bash",
          "/bin/dash",
          "/bin/zsh",
          "/usr/bin/bash",
          "/usr/bin/dash",
          "/usr/bin/sh",
          "/usr/bin/zsh",
          "/usr/bin/python3",
          "/usr/bin/perl");

  private static final Map<Capability, String> CAPABILITIES =
      Map.of(
          Capability.SYS_MODULE, "loads code into the kernel",
          Capability.MAC_ADMIN, "loads and removes profiles",
          Capability.MAC_OVERRIDE, "bypasses other security modules' policy",
          Capability.SYS_RAWIO, "reaches the machine's memory and ports",
          Capability.SYS_ADMIN,
              "is nearly all of root's power: mounts, namespaces, tracing, quotas",
          Capability.DAC_READ_SEARCH, "opens files by handle, even outside a container",
          Capability.SYS_PTRACE, "reads and changes other users' programs");

  /** A path that no rule names on purpose: a rule that matches it matches every file. */
  private static final String ANY_PATH = "/\u0001/\u0001";

  @Override
  public void check(Resolution resolution, Features kernel, Consumer<Diagnostic> to) {
    for (ResolvedProfile profile : resolution.allProfiles()) {
      try {
        for (ResolvedRule rule : profile.rules()) {
          if (rule.rule().qualifiers().action() == Qualifiers.Action.ALLOW) {
            check(rule, profile, to);
          }
        }
      } catch (GlobSyntaxException e) {
        // The compiler reports it. What the profile grants is not known.
      }
    }
  }

  private static void check(
      ResolvedRule resolved, ResolvedProfile profile, Consumer<Diagnostic> to) {
    Rule rule = resolved.rule();
    if (rule instanceof FileRule file) {
      file(file, resolved, profile, to);
    } else if (rule instanceof CapabilityRule capability) {
      capability(capability, resolved, profile, to);
    } else if (rule instanceof ChangeProfileRule change) {
      if (matches(change.target(), "unconfined")) {
        report(
            CheckProblem.LEAVES_CONFINEMENT,
            resolved,
            "leaves all confinement by its own decision",
            to);
      }
    } else if (rule instanceof PtraceRule ptrace) {
      boolean traces =
          ptrace.permissions().isEmpty() || ptrace.permissions().contains(PtracePermission.TRACE);
      if (traces && matches(ptrace.peer(), "unconfined")) {
        report(
            CheckProblem.TRACES_UNCONFINED,
            resolved,
            "changes unconfined programs while they run",
            to);
      }
    } else if (rule instanceof MountRule mount) {
      if (mount.operation() == MountRule.Operation.MOUNT
          && mount.source() == null
          && mount.mountPoint() == null) {
        report(
            CheckProblem.MOUNTS_ANYTHING,
            resolved,
            "mounts anything anywhere, so that rules for paths protect nothing",
            to);
      }
    } else if (rule instanceof AllRule) {
      report(CheckProblem.ALLOWS_ALL, resolved, "allows everything but a change of profile", to);
    }
  }

  private static void file(
      FileRule rule, ResolvedRule resolved, ResolvedProfile profile, Consumer<Diagnostic> to) {
    Aare path = path(rule);
    int bits = rule.permissions().bits();
    ExecMode exec = rule.permissions().exec();
    if (exec != null && isUnconfining(exec)) {
      for (String shell : SHELLS) {
        if (path.matches(shell) && !isDenied(profile, shell, FilePermissions.EXEC)) {
          report(
              CheckProblem.RUNS_UNCONFINED_SHELL,
              resolved,
              "runs " + shell + " without confinement, and so any command",
              to);
          break;
        }
      }
    }
    if ((bits & WRITE) != 0 && path.matches(ANY_PATH)) {
      if (!isDenied(profile, ANY_PATH, bits & WRITE)) {
        report(
            CheckProblem.WRITES_EVERY_FILE, resolved, "writes every file that no rule denies", to);
      }
      return;
    }
    CheckProblem last = null;
    for (Danger danger : FILES) {
      int granted = bits & danger.permissions();
      if (granted != 0
          && danger.kind() != last
          && path.matches(danger.path())
          && !isDenied(profile, danger.path(), granted)) {
        report(danger.kind(), resolved, danger.path() + ": " + danger.why(), to);
        last = danger.kind();
      }
    }
  }

  private static boolean isUnconfining(ExecMode exec) {
    return exec.target() == ExecMode.Target.UNCONFINED
        || exec.fallback() == ExecMode.Fallback.UNCONFINED;
  }

  private static Aare path(FileRule rule) {
    String path = rule.path();
    return Aare.path(path == null ? "/{**,}" : path);
  }

  private static boolean isDenied(ResolvedProfile profile, String path, int permissions) {
    int left = permissions;
    for (ResolvedRule other : profile.rules()) {
      if (other.rule() instanceof FileRule file
          && file.qualifiers().isDeny()
          && file.qualifiers().ownership() == Qualifiers.Ownership.ANY
          && path(file).matches(path)) {
        int denied = file.permissions().bits();
        left &= ~((denied & FilePermissions.WRITE) != 0 ? denied | FilePermissions.APPEND : denied);
      }
    }
    return left == 0;
  }

  private static void capability(
      CapabilityRule rule,
      ResolvedRule resolved,
      ResolvedProfile profile,
      Consumer<Diagnostic> to) {
    if (rule.capabilities().isEmpty()) {
      report(
          CheckProblem.HAS_EVERY_CAPABILITY,
          resolved,
          "has every capability that no rule denies",
          to);
      return;
    }
    for (Capability capability : rule.capabilities()) {
      String why = CAPABILITIES.get(capability);
      boolean denied =
          profile.rules().stream()
              .anyMatch(
                  other ->
                      other.rule() instanceof CapabilityRule caps
                          && caps.qualifiers().isDeny()
                          && (caps.capabilities().isEmpty()
                              || caps.capabilities().contains(capability)));
      if (why != null && !denied) {
        report(CheckProblem.HAS_ROOT_CAPABILITY, resolved, capability + ": " + why, to);
      }
    }
  }

  private static boolean matches(@Nullable String pattern, String text) {
    return pattern == null || Aare.label(pattern).matches(text);
  }

  private static void report(
      CheckProblem kind, ResolvedRule rule, String message, Consumer<Diagnostic> to) {
    to.accept(
        Diagnostic.of(kind, rule.place(), "dangerous: " + message)
            .withHelp("deny it, or narrow '" + rule.written() + "'"));
  }
}
