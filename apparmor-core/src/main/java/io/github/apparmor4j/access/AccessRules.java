package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.Rule;
import java.util.Optional;

/** Rules that allow single accesses: each kind's class knows its own. */
final class AccessRules {

  private AccessRules() {}

  static Optional<Rule> of(Access access) {
    if (access instanceof Access.File file) {
      return Optional.of(FileAccess.rule(file));
    } else if (access instanceof Access.Exec exec) {
      return Optional.of(ExecAccess.rule(exec));
    } else if (access instanceof Access.Link link) {
      return Optional.of(LinkAccess.rule(link));
    } else if (access instanceof Access.Capability capability) {
      return Optional.of(CapabilityAccess.rule(capability));
    } else if (access instanceof Access.Network network) {
      return Optional.of(NetworkAccess.rule(network));
    } else if (access instanceof Access.Unix unix) {
      return Optional.of(UnixAccess.rule(unix));
    } else if (access instanceof Access.Signal signal) {
      return Optional.of(SignalAccess.rule(signal));
    } else if (access instanceof Access.Ptrace ptrace) {
      return Optional.of(PtraceAccess.rule(ptrace));
    } else if (access instanceof Access.Dbus dbus) {
      return Optional.of(DbusAccess.rule(dbus));
    } else if (access instanceof Access.Mount mount) {
      return Optional.of(MountAccess.rule(mount));
    } else if (access instanceof Access.Umount umount) {
      return Optional.of(MountAccess.rule(umount));
    } else if (access instanceof Access.PivotRoot pivot) {
      return Optional.of(PivotRootAccess.rule(pivot));
    } else if (access instanceof Access.ChangeProfile change) {
      return Optional.of(ChangeProfileAccess.rule(change));
    } else if (access instanceof Access.Mqueue mqueue) {
      return Optional.of(MqueueAccess.rule(mqueue));
    } else if (access instanceof Access.IoUring ring) {
      return Optional.of(IoUringAccess.rule(ring));
    } else if (access instanceof Access.Userns) {
      return Optional.of(UsernsAccess.rule());
    }
    return Optional.empty(); // a hat is a profile, which no rule makes
  }
}
