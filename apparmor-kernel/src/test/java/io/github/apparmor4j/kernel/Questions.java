package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Questions about the profile {@code asked}, for the embedded kernel and for real ones. */
final class Questions {

  /** A question in both forms: for the embedded kernel, and as bytes for a real one's .access. */
  record Question(Access access, byte[] string, int mask) {}

  private final List<Question> questions = new ArrayList<>();

  private Questions() {}

  static List<Question> all() {
    Questions all = new Questions();
    all.ask();
    return List.copyOf(all.questions);
  }

  // The bits of .access answers are the kernel's own, not those of the tables.
  private static final Map<Character, Integer> FILE_BITS =
      Map.of('x', 1, 'w', 2, 'r', 4, 'a', 8, 'k', 0x8000, 'm', 0x10000);

  private void file(String path, String letters) {
    // The kernel is asked by root, who owns what root owns.
    int mask = letters.chars().map(c -> FILE_BITS.getOrDefault((char) c, 0)).sum();
    questions.add(
        new Question(
            new Access.File(path, FilePermissions.of(letters), true, null), bytes(2, path), mask));
  }

  private void socket(NetworkFamily family, SocketType type) {
    questions.add(
        new Question(
            Access.socket(family, type),
            bytes(14, 0, family.number(), 0, type.number()),
            io.github.apparmor4j.profile.NetworkPermission.CREATE.bit()));
  }

  static byte[] bytes(Object... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object field : fields) {
      if (field instanceof Integer code) {
        out.write(code);
      } else {
        out.writeBytes(field.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  private void ask() {
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
        file(path, letters);
      }
    }
    questions.add(new Question(Access.file("/usr/bin/tool", "x"), bytes(2, "/usr/bin/tool"), 1));
    for (NetworkFamily family :
        List.of(NetworkFamily.INET, NetworkFamily.INET6, NetworkFamily.UNIX, NetworkFamily.X25)) {
      for (SocketType type : List.of(SocketType.STREAM, SocketType.DGRAM, SocketType.RAW)) {
        socket(family, type);
      }
    }
    for (String name : List.of("term", "kill")) {
      Signal signal = Objects.requireNonNull(Signal.named(name));
      for (String peer : List.of("init", "other")) {
        for (SignalPermission permission : SignalPermission.values()) {
          questions.add(
              new Question(
                  new Access.Signal(permission, signal, peer),
                  bytes(10, signal.code(), peer),
                  permission.bit()));
        }
      }
    }
    for (PtracePermission permission : PtracePermission.values()) {
      for (String peer : List.of("monitor", "init")) {
        questions.add(
            new Question(new Access.Ptrace(permission, peer), bytes(9, peer), permission.bit()));
      }
    }
    questions.add(
        new Question(
            new Access.Mount("tmpfs", List.of(MountOption.NOSUID), "tmpfs", "/tmp/x/"),
            bytes(7, "/tmp/x/", 0, "tmpfs", 0, "tmpfs", 0, 2),
            2));
    questions.add(
        new Question(
            new Access.Mount("tmpfs", List.of(), "tmpfs", "/tmp/x/"),
            bytes(7, "/tmp/x/", 0, "tmpfs", 0, "tmpfs", 0),
            2));
    questions.add(
        new Question(
            new Access.Mount("none", List.of(MountOption.BIND), "/a/", "/b/"),
            bytes(7, "/b/", 0, "/a/", 0, 0, 13),
            2));
    questions.add(new Question(new Access.Umount("/tmp/x/"), bytes(7, "/tmp/x/"), 4));
    questions.add(new Question(new Access.Umount("/"), bytes(7, "/"), 4));
  }
}
