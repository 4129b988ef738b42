package io.github.apparmor4j.compile;

import io.github.apparmor4j.policy.PolicyClass;
import io.github.apparmor4j.profile.ProfileFlag;

/**
 * What tells the kernel that a class of rules is in force at all: a state for the class byte.
 * Without one, everything of the class is allowed (docs/binary-policy.md).
 */
final class ClassMarkers {

  private static final int HIGH = 1001;
  private static final int LOW = -1001;

  private record Marker(String feature, int priority, byte[] string) {}

  private static final Marker[] MARKERS = {
    new Marker("mount", HIGH, new byte[] {PolicyClass.MOUNT}),
    new Marker("dbus", HIGH, new byte[] {PolicyClass.DBUS}),
    new Marker("signal", HIGH, new byte[] {PolicyClass.SIGNAL}),
    new Marker("ptrace", HIGH, new byte[] {PolicyClass.PTRACE}),
    new Marker("network_v8", HIGH, new byte[] {PolicyClass.NETWORK}),
    new Marker("network_v9_skb", HIGH, new byte[] {PolicyClass.PACKETS}),
    new Marker("network_v9/af_unix", HIGH, new byte[] {PolicyClass.NETWORK_V9}),
    new Marker("network_v9/af_unix", HIGH, new byte[] {PolicyClass.NETWORK_V9, 0, '1'}),
    new Marker("network/af_unix", HIGH, new byte[] {PolicyClass.NETWORK_V7}),
    new Marker("network/af_unix", HIGH, new byte[] {PolicyClass.NETWORK_V7, 0, '1'}),
    new Marker("ipc/posix_mqueue", HIGH, new byte[] {PolicyClass.POSIX_MQUEUE}),
    new Marker("ipc/sysv_mqueue", HIGH, new byte[] {PolicyClass.SYSV_MQUEUE}),
    new Marker("io_uring", LOW, new byte[] {PolicyClass.IO_URING}),
  };

  private ClassMarkers() {}

  static void add(Encoder out) {
    if (out.mediation.has("namespaces/mask/userns_create")) {
      out.marker(LOW, (byte) PolicyClass.USERNS);
    }
    if (out.profile.profile().has(ProfileFlag.Kind.UNCONFINED)
        || out.profile.profile().has(ProfileFlag.Kind.DEFAULT_ALLOW)) {
      return;
    }
    if ((out.mediation.version() & 0x3ff) > 5) {
      out.marker(HIGH, (byte) PolicyClass.FILE);
    }
    for (Marker marker : MARKERS) {
      if (out.mediation.has(marker.feature())) {
        out.marker(marker.priority(), marker.string());
      }
    }
  }
}
