package io.github.apparmor4j.compile;

import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.resolve.ResolvedProfile;
import org.jspecify.annotations.Nullable;

/** Encoder of a profile's flags as the kernel takes them. */
final class Behaviors {

  private Behaviors() {}

  private static final String INTERRUPTIBLE = "policy/profile/interruptible";
  private static final String KILL_SIGNAL = "policy/profile/kill.signal";
  private static final String ERROR = "policy/profile/error";
  private static final String DISCONNECTED_IPC = "domain/disconnected.ipc";

  /** Warns about flags that the kernel doesn't know. */
  static void report(Encoder out) {
    for (ProfileFlag flag : out.profile.profile().flags()) {
      String needed =
          switch (flag.kind()) {
            case INTERRUPTIBLE -> INTERRUPTIBLE;
            case KILL_SIGNAL -> KILL_SIGNAL;
            case ERROR -> ERROR;
            case ATTACH_DISCONNECTED_IPC -> flag.value() == null ? null : DISCONNECTED_IPC;
            default -> null;
          };
      if (needed != null && !out.mediation.kernelHas(needed)) {
        out.downgraded(null, "without the flag " + flag, needed);
      }
    }
  }

  static KernelProfile.Behavior of(ResolvedProfile profile, Mediation mediation) {
    Profile source = profile.profile();
    return new KernelProfile.Behavior(
        flags(source, mediation),
        mode(source),
        source.has(ProfileFlag.Kind.AUDIT),
        pathFlags(source),
        clean(profile.disconnectedPath()),
        mediation.kernelHas(DISCONNECTED_IPC) ? clean(profile.disconnectedIpcPath()) : null,
        mediation.kernelHas(KILL_SIGNAL) ? signal(source) : null,
        mediation.kernelHas(ERROR) ? error(source) : null);
  }

  private static int flags(Profile profile, Mediation mediation) {
    int word = profile.kind() == Profile.Kind.HAT ? KernelProfile.FLAG_HAT : 0;
    word |= profile.has(ProfileFlag.Kind.DEBUG) ? KernelProfile.FLAG_DEBUG : 0;
    boolean interruptible =
        profile.has(ProfileFlag.Kind.INTERRUPTIBLE) && mediation.kernelHas(INTERRUPTIBLE);
    return interruptible ? word | KernelProfile.FLAG_INTERRUPTIBLE : word;
  }

  private static @Nullable Integer signal(Profile profile) {
    String name = value(profile, ProfileFlag.Kind.KILL_SIGNAL);
    return name == null ? null : Signal.named(name).map(Signal::code).orElse(null);
  }

  private static @Nullable Integer error(Profile profile) {
    String name = value(profile, ProfileFlag.Kind.ERROR);
    return name == null ? null : ProfileFlag.errno(name).orElse(null);
  }

  private static @Nullable String value(Profile profile, ProfileFlag.Kind kind) {
    for (ProfileFlag flag : profile.flags()) {
      if (flag.kind() == kind) {
        return flag.value();
      }
    }
    return null;
  }

  private static @Nullable String clean(@Nullable String path) {
    return path == null ? null : path.replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
  }

  private static int mode(Profile profile) {
    if (profile.has(ProfileFlag.Kind.COMPLAIN)) {
      return KernelProfile.MODE_COMPLAIN;
    }
    if (profile.has(ProfileFlag.Kind.KILL)) {
      return KernelProfile.MODE_KILL;
    }
    if (profile.has(ProfileFlag.Kind.PROMPT)) {
      return KernelProfile.MODE_PROMPT;
    }
    return profile.has(ProfileFlag.Kind.UNCONFINED) || profile.has(ProfileFlag.Kind.DEFAULT_ALLOW)
        ? KernelProfile.MODE_UNCONFINED
        : KernelProfile.MODE_ENFORCE;
  }

  private static @Nullable Integer pathFlags(Profile profile) {
    boolean given = false;
    int word = 0;
    for (ProfileFlag flag : profile.flags()) {
      int bit =
          switch (flag.kind()) {
            case CHROOT_RELATIVE -> 0x8;
            case MEDIATE_DELETED -> 0x10000;
            case ATTACH_DISCONNECTED, ATTACH_DISCONNECTED_PATH -> 0x4;
            case CHROOT_ATTACH -> 0x10;
            case ATTACH_DISCONNECTED_IPC -> 0x20;
            case NAMESPACE_RELATIVE, DELEGATE_DELETED, NO_ATTACH_DISCONNECTED, CHROOT_NO_ATTACH ->
                0;
            default -> -1;
          };
      if (bit >= 0) {
        given = true;
        word |= bit;
      }
    }
    return given ? Integer.valueOf(word) : null;
  }
}
