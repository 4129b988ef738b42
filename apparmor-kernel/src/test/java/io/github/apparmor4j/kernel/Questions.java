package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.testing.OverlappingRules;
import java.util.ArrayList;
import java.util.List;

/** A profile and accesses that a kernel can be asked about it. */
final class Questions {

  static final String ASKED =
      """
      profile asked /usr/sbin/asked {
        /srv/www/** r,
        /usr/bin/tool rix,
        /usr/lib/*.so* rm,
        /var/lock/* rwk,
        owner /home/*/log w,
        deny /srv/www/secret r,
        audit deny /etc/shadow r,
        audit /var/log/web a,
        network inet stream,
        audit network inet6 dgram,
        deny network unix,
        signal (receive) set=(term) peer=init,
        ptrace (readby) peer=monitor,
        mount fstype=tmpfs options=(rw, nosuid) tmpfs -> /tmp/x/,
        mount options=(rw, bind) /a/ -> /b/,
        remount options=(ro) /c/,
        umount /tmp/x/,
        pivot_root oldroot=/new/old/ /new/,
        dbus (send, receive) bus=session path=/org/x interface=org.x member=Get,
        dbus bind bus=system name=org.x,
        audit dbus eavesdrop bus=accessibility,
        change_profile -> other,
        deny change_profile -> refused*,
        mqueue (create, open, read) type=posix /queue,
        mqueue getattr type=posix label=other,
        io_uring sqpoll,
        deny io_uring override_creds label=refused,
        userns create,
      }
      """;

  private Questions() {}

  static List<Access> all() {
    List<Access> all = new ArrayList<>();
    for (String path :
        List.of(
            "/srv/www/index.html",
            "/srv/www/",
            "/srv/www/secret",
            "/etc/shadow",
            "/etc/passwd",
            "/usr/bin/tool",
            "/usr/lib/libc.so.6",
            "/usr/lib/x/libc.so.6",
            "/var/lock/a",
            "/var/log/web",
            "/home/u/log",
            "/home/u/v/log",
            "/")) {
      for (String letters : List.of("r", "w", "a", "m", "k")) {
        // The kernel is asked by root, who owns what root owns.
        all.add(Access.file(path, letters));
      }
    }
    all.add(Access.file("/usr/bin/tool", "x"));
    for (NetworkFamily family :
        List.of(NetworkFamily.INET, NetworkFamily.INET6, NetworkFamily.UNIX, NetworkFamily.X25)) {
      for (SocketType type : List.of(SocketType.STREAM, SocketType.DGRAM, SocketType.RAW)) {
        all.add(Access.socket(family, type));
      }
    }
    for (String name : List.of("term", "kill")) {
      Signal signal = Signal.named(name).orElseThrow();
      for (String peer : List.of("init", "other")) {
        for (SignalPermission permission : SignalPermission.values()) {
          all.add(new Access.Signal(permission, signal, peer));
        }
      }
    }
    for (PtracePermission permission : PtracePermission.values()) {
      for (String peer : List.of("monitor", "init")) {
        all.add(new Access.Ptrace(permission, peer));
      }
    }
    all.add(new Access.Mount("tmpfs", List.of(MountOption.NOSUID), "tmpfs", "/tmp/x/"));
    all.add(new Access.Mount("tmpfs", List.of(), "tmpfs", "/tmp/x/"));
    all.add(new Access.Mount("none", List.of(MountOption.BIND), "/a/", "/b/"));
    all.add(new Access.Umount("/tmp/x/"));
    all.add(new Access.Umount("/"));
    for (String question :
        List.of(
            "remount ro /c/",
            "remount rw /c/",
            "pivot_root /new/ /new/old/",
            "pivot_root /new/ /old/",
            "dbus send bus=session name=org.y label=other path=/org/x interface=org.x member=Get",
            "dbus send bus=session name=org.y label=other path=/org/x interface=org.x member=Set",
            "dbus receive bus=system name=org.y label=other path=/org/x interface=org.x member=Get",
            "dbus bind bus=system name=org.x",
            "dbus bind bus=session name=org.x",
            "dbus eavesdrop bus=accessibility",
            "dbus eavesdrop bus=system",
            "change_profile other",
            "change_profile refused1",
            "change_profile unknown",
            "mqueue create posix /queue",
            "mqueue write posix /queue",
            "mqueue read posix /other",
            "mqueue getattr posix /queue other",
            "mqueue read sysv 7",
            "io_uring sqpoll",
            "io_uring override_creds refused",
            "io_uring override_creds other",
            "userns create")) {
      all.add(Access.parse(question));
    }
    return List.copyOf(all);
  }

  /** Returns what can be asked of a kernel about {@link OverlappingRules}. */
  static List<Access> overlapping() {
    List<Access> all = new ArrayList<>();
    for (String path : OverlappingRules.PATHS) {
      for (String letter : List.of("r", "w", "a", "m", "k", "l", "x")) {
        all.add(Access.file(path, letter));
      }
      for (String name : OverlappingRules.NAMES) {
        all.add(new Access.ChangeProfile(name, path));
        for (MqueuePermission permission : MqueuePermission.values()) {
          all.add(new Access.Mqueue(permission, MqueueRule.Type.POSIX, path, name));
        }
      }
    }
    for (NetworkFamily family :
        List.of(NetworkFamily.INET, NetworkFamily.INET6, NetworkFamily.NETLINK)) {
      for (SocketType type : List.of(SocketType.STREAM, SocketType.DGRAM, SocketType.RAW)) {
        for (NetworkPermission permission : NetworkPermission.values()) {
          all.add(new Access.Network(family, type, permission));
        }
      }
    }
    for (String name : OverlappingRules.NAMES) {
      all.add(new Access.ChangeProfile(name, null));
      all.add(new Access.IoUring(IoUringPermission.OVERRIDE_CREDS, name));
      for (PtracePermission permission : PtracePermission.values()) {
        all.add(new Access.Ptrace(permission, name));
      }
      for (SignalPermission permission : SignalPermission.values()) {
        for (int code : new int[] {1, 2, 9, 130}) {
          all.add(new Access.Signal(permission, new Signal(code), name));
        }
      }
      for (String bus : List.of("a", "ba")) {
        all.add(new Access.Dbus(DbusPermission.BIND, bus, name, null, null, null, null));
        for (String path : List.of("/a", "/ab", "/b/c/a")) {
          all.add(new Access.Dbus(DbusPermission.SEND, bus, name, "ab", path, "i", "a"));
          all.add(new Access.Dbus(DbusPermission.RECEIVE, bus, name, "a", path, "i", "b"));
        }
      }
    }
    for (String point : List.of("/", "/a/", "/b/a/", "/a/b/c/")) {
      all.add(new Access.Umount(point));
      for (String source : List.of("/a", "/b", "/b/c/a")) {
        all.add(new Access.PivotRoot(point, source + "/"));
        for (List<MountOption> options :
            List.<List<MountOption>>of(
                List.of(),
                List.of(MountOption.RO, MountOption.NODEV),
                List.of(MountOption.BIND),
                List.of(MountOption.RBIND),
                List.of(MountOption.MOVE),
                List.of(MountOption.SLAVE),
                List.of(MountOption.REMOUNT, MountOption.RO))) {
          all.add(new Access.Mount("b", options, source, point));
        }
      }
    }
    all.add(new Access.IoUring(IoUringPermission.SQPOLL, null));
    all.add(new Access.Userns());
    return List.copyOf(all);
  }
}
