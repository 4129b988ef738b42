package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that a task might do. Names are plain text here, not patterns. */
public sealed interface Access {

  /**
   * Use of a file.
   *
   * @param path absolute; a directory's ends in a slash
   * @param permissions what is done, all of it
   * @param owner whether the file belongs to the user that the task acts for
   * @param linkTarget of a hard link made at the path, the file that it leads to; {@code null}
   *     otherwise
   */
  record File(String path, FilePermissions permissions, boolean owner, @Nullable String linkTarget)
      implements Access {}

  /**
   * Use of a capability.
   *
   * @param capability which
   */
  record Capability(io.github.apparmor4j.profile.Capability capability) implements Access {}

  /**
   * Use of a socket.
   *
   * @param family its address family
   * @param type its type
   * @param permission what is done
   */
  record Network(NetworkFamily family, SocketType type, NetworkPermission permission)
      implements Access {}

  /**
   * A signal.
   *
   * @param permission send or receive
   * @param signal which
   * @param peer label of the other task
   */
  record Signal(
      SignalPermission permission, io.github.apparmor4j.profile.Signal signal, String peer)
      implements Access {}

  /**
   * Tracing.
   *
   * @param permission what is done
   * @param peer label of the other task
   */
  record Ptrace(PtracePermission permission, String peer) implements Access {}

  /**
   * {@code mount(2)}; which of its five meanings the options say.
   *
   * @param fstype type of a new file system; otherwise not looked at
   * @param options what is asked for
   * @param source what is mounted
   * @param target directory, with a slash at its end
   */
  record Mount(String fstype, List<MountOption> options, String source, String target)
      implements Access {
    /** Copies the list. */
    public Mount {
      options = List.copyOf(options);
    }
  }

  /**
   * {@code umount(2)}.
   *
   * @param target directory, with a slash at its end
   */
  record Umount(String target) implements Access {}

  /**
   * Returns the use of a file by its owner.
   *
   * @param path absolute; a directory's ends in a slash
   * @param permissions letters as in profiles; {@code x} for execution
   */
  static Access file(String path, String permissions) {
    return new File(path, FilePermissions.of(permissions), true, null);
  }

  /** Returns the use of a capability. */
  static Access capability(io.github.apparmor4j.profile.Capability capability) {
    return new Capability(capability);
  }

  /** Returns the making of a socket. */
  static Access socket(NetworkFamily family, SocketType type) {
    return new Network(family, type, NetworkPermission.CREATE);
  }
}
