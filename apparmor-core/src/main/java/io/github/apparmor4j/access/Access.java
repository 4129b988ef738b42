package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that a task might do: a type for each thing that kernels mediate. Names are plain text
 * here, not patterns. A question that can't be meant is refused when it is made.
 *
 * <p>{@code toString()} is the question in words, as {@link #parse} and {@code aa decide} take it.
 */
public sealed interface Access {

  /**
   * Use of a file.
   *
   * @param path absolute; a directory's ends in a slash
   * @param permissions what is done, all of it: at least one; not execution or links, which are
   *     {@link Exec} and {@link Link}, unless only whether they are allowed at all is asked
   * @param ownership whose the file is: the user's that the task acts for, another's, or {@code
   *     ANY} for either, of which the answer says whether it depends on it
   */
  record File(String path, FilePermissions permissions, Ownership ownership) implements Access {
    /** Checks the path and that something is asked. */
    public File {
      Checks.path(path, "path");
      Objects.requireNonNull(ownership, "ownership");
      if (permissions.bits() == 0) {
        throw new IllegalArgumentException("permissions are empty");
      }
    }

    @Override
    public String toString() {
      return FileAccess.words(this);
    }
  }

  /**
   * Execution of a program. The answer names the profile that the program gets.
   *
   * @param program absolute path
   * @param ownership as of {@link File}
   */
  record Exec(String program, Ownership ownership) implements Access {
    /** Checks the path. */
    public Exec {
      Checks.path(program, "program");
      Objects.requireNonNull(ownership, "ownership");
    }

    @Override
    public String toString() {
      return ExecAccess.words(this);
    }
  }

  /**
   * Making of a hard link.
   *
   * @param path of the link
   * @param target the file that it leads to
   * @param ownership whose that file is, as of {@link File}
   */
  record Link(String path, String target, Ownership ownership) implements Access {
    /** Checks the paths. */
    public Link {
      Checks.path(path, "path");
      Checks.path(target, "target");
      Objects.requireNonNull(ownership, "ownership");
    }

    @Override
    public String toString() {
      return LinkAccess.words(this);
    }
  }

  /**
   * Use of a capability.
   *
   * @param capability which
   */
  record Capability(io.github.apparmor4j.profile.Capability capability) implements Access {
    /** Checks that one is given. */
    public Capability {
      Objects.requireNonNull(capability, "capability");
    }

    @Override
    public String toString() {
      return CapabilityAccess.words(this);
    }
  }

  /**
   * One side of a connection.
   *
   * @param ip address in text form, or {@code null} for none
   * @param port 0 to 65535; 0 for none
   * @param label of the socket or the task, or {@code null} for none
   */
  record Side(@Nullable String ip, int port, @Nullable String label) {
    /** Neither address nor port. */
    public static final Side NONE = new Side(null, 0, null);

    /** Checks address and port. */
    public Side {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("port " + port + " is not in 0..65535");
      }
      NetworkAccess.address(ip);
      if (label != null) {
        Checks.text(label, "label");
      }
    }
  }

  /**
   * Use of a socket that is not a Unix one's address: {@link Unix} has those.
   *
   * @param family its address family
   * @param type its type
   * @param protocol the kernel's number, 0 to 65535; 0 for the type's own
   * @param permission what is done; sending and receiving are the packet's direction
   * @param local the own side
   * @param peer the other side
   * @param interfaceName network card that a packet goes through, or {@code null} for none
   */
  record Network(
      NetworkFamily family,
      SocketType type,
      int protocol,
      NetworkPermission permission,
      Side local,
      Side peer,
      @Nullable String interfaceName)
      implements Access {
    /** Checks that the sides go with the family and what is done. */
    public Network {
      Objects.requireNonNull(family, "family");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(permission, "permission");
      NetworkAccess.check(family, protocol, permission, local, peer, interfaceName);
    }

    /** Makes a question without addresses. */
    public Network(NetworkFamily family, SocketType type, NetworkPermission permission) {
      this(family, type, 0, permission, Side.NONE, Side.NONE, null);
    }

    @Override
    public String toString() {
      return NetworkAccess.words(this);
    }
  }

  /**
   * Use of a Unix socket. One that has a path is a file.
   *
   * @param permission what is done
   * @param type the socket's type
   * @param address abstract name with {@code @} before it, or {@code none}
   * @param peerAddress the same of the other side; {@code none} where there is none
   * @param peer label of the other side, or {@code null} where there is none
   */
  record Unix(
      NetworkPermission permission,
      SocketType type,
      String address,
      String peerAddress,
      @Nullable String peer)
      implements Access {
    /** Checks the addresses, and that there is another side if what is done has one. */
    public Unix {
      Objects.requireNonNull(permission, "permission");
      Objects.requireNonNull(type, "type");
      UnixAccess.check(permission, address, peerAddress, peer);
    }

    @Override
    public String toString() {
      return UnixAccess.words(this);
    }
  }

  /**
   * A signal.
   *
   * @param permission send or receive
   * @param signal which
   * @param peer label of the other task
   */
  record Signal(
      SignalPermission permission, io.github.apparmor4j.profile.Signal signal, String peer)
      implements Access {
    /** Checks the label. */
    public Signal {
      Objects.requireNonNull(permission, "permission");
      Objects.requireNonNull(signal, "signal");
      Checks.text(peer, "peer");
    }

    @Override
    public String toString() {
      return SignalAccess.words(this);
    }
  }

  /**
   * Tracing.
   *
   * @param permission what is done
   * @param peer label of the other task
   */
  record Ptrace(PtracePermission permission, String peer) implements Access {
    /** Checks the label. */
    public Ptrace {
      Objects.requireNonNull(permission, "permission");
      Checks.text(peer, "peer");
    }

    @Override
    public String toString() {
      return PtraceAccess.words(this);
    }
  }

  /**
   * Use of a bus. What a permission doesn't need is {@code null}: a message has all but the own
   * name; {@code bind} has bus and name; {@code eavesdrop} the bus alone.
   *
   * @param permission what is done
   * @param bus {@code system}, {@code session} or an address
   * @param name to own or, of a message, that the other side owns
   * @param peer label of the other side
   * @param path of the object
   * @param interfaceName of the message
   * @param member of the message
   */
  record Dbus(
      DbusPermission permission,
      String bus,
      @Nullable String name,
      @Nullable String peer,
      @Nullable String path,
      @Nullable String interfaceName,
      @Nullable String member)
      implements Access {
    /** Checks that what is given goes with the permission. */
    public Dbus {
      Objects.requireNonNull(permission, "permission");
      DbusAccess.check(permission, bus, name, peer, path, interfaceName, member);
    }

    @Override
    public String toString() {
      return DbusAccess.words(this);
    }
  }

  /**
   * {@code mount(2)}; which of its five meanings the options say, remounting among them.
   *
   * @param fstype type of a new file system; otherwise not looked at
   * @param options what is asked for
   * @param source what is mounted; may be empty
   * @param target directory, with a slash at its end
   */
  record Mount(String fstype, List<MountOption> options, String source, String target)
      implements Access {
    /** Copies the list and checks the target. */
    public Mount {
      options = List.copyOf(options);
      Checks.directory(target, "target");
      Checks.noNul(source, "source");
      Checks.noNul(fstype, "fstype");
    }

    @Override
    public String toString() {
      return MountAccess.words(this);
    }
  }

  /**
   * {@code umount(2)}.
   *
   * @param target directory, with a slash at its end
   */
  record Umount(String target) implements Access {
    /** Checks the target. */
    public Umount {
      Checks.directory(target, "target");
    }

    @Override
    public String toString() {
      return MountAccess.words(this);
    }
  }

  /**
   * {@code pivot_root(2)}.
   *
   * @param newRoot directory, with a slash at its end
   * @param oldRoot where the old root goes: a directory, with a slash at its end
   */
  record PivotRoot(String newRoot, String oldRoot) implements Access {
    /** Checks the directories. */
    public PivotRoot {
      Checks.directory(newRoot, "newRoot");
      Checks.directory(oldRoot, "oldRoot");
    }

    @Override
    public String toString() {
      return PivotRootAccess.words(this);
    }
  }

  /**
   * A change of profile by the task itself.
   *
   * @param target label of the profile; {@code &} before it adds to the task's own
   * @param program with whose execution the profile changes, or {@code null} for at once
   */
  record ChangeProfile(String target, @Nullable String program) implements Access {
    /** Checks label and path. */
    public ChangeProfile {
      Checks.text(target, "target");
      if (program != null) {
        Checks.path(program, "program");
      }
    }

    @Override
    public String toString() {
      return ChangeProfileAccess.words(this);
    }
  }

  /**
   * A change to a hat, which takes no rule, but a hat of the profile.
   *
   * @param hat name, without the profile's
   */
  record ChangeHat(String hat) implements Access {
    /** Checks the name. */
    public ChangeHat {
      Checks.text(hat, "hat");
    }

    @Override
    public String toString() {
      return ChangeProfileAccess.words(this);
    }
  }

  /**
   * Use of a message queue.
   *
   * @param permission what is done
   * @param type POSIX or System V
   * @param name of a POSIX queue, with a slash before it, or the decimal key of a System V one
   * @param label of the queue; not looked at when one is created
   */
  record Mqueue(MqueuePermission permission, MqueueRule.Type type, String name, String label)
      implements Access {
    /** Checks the name. */
    public Mqueue {
      Objects.requireNonNull(permission, "permission");
      MqueueAccess.check(type, name);
      Checks.noNul(label, "label");
    }

    @Override
    public String toString() {
      return MqueueAccess.words(this);
    }
  }

  /**
   * Use of {@code io_uring}.
   *
   * @param permission what is done
   * @param label whose credentials are taken; {@code null} but for {@code override_creds}
   */
  record IoUring(IoUringPermission permission, @Nullable String label) implements Access {
    /** Checks that there is a label where one is needed. */
    public IoUring {
      Objects.requireNonNull(permission, "permission");
      IoUringAccess.check(permission, label);
    }

    @Override
    public String toString() {
      return IoUringAccess.words(this);
    }
  }

  /** Making of a user namespace. */
  record Userns() implements Access {
    @Override
    public String toString() {
      return UsernsAccess.words(this);
    }
  }

  // ---- the usual ones

  /**
   * Returns the use of a file by its owner.
   *
   * @param path absolute; a directory's ends in a slash
   * @param permissions letters as in profiles; {@code x} for whether it may be executed at all
   * @throws IllegalArgumentException for a path that isn't absolute, or letters that are none
   */
  static Access file(String path, String permissions) {
    return file(path, permissions, Ownership.OWNER);
  }

  /**
   * Returns the use of a file.
   *
   * @param ownership whose it is; {@code ANY} asks for either
   * @throws IllegalArgumentException as {@link #file(String, String)} does
   */
  static Access file(String path, String permissions, Ownership ownership) {
    return new File(path, FilePermissions.of(permissions), ownership);
  }

  /** Returns the execution of a program of the task's own user. */
  static Access exec(String program) {
    return new Exec(program, Ownership.OWNER);
  }

  /** Returns the use of a capability. */
  static Access capability(io.github.apparmor4j.profile.Capability capability) {
    return new Capability(capability);
  }

  /** Returns the making of a socket. */
  static Access socket(NetworkFamily family, SocketType type) {
    return new Network(family, type, NetworkPermission.CREATE);
  }

  /**
   * Reads a question in words: {@code file rw /etc/passwd}, {@code signal send term web}. Words are
   * separated by blanks; double quotes keep blanks, and a backslash in them the next character.
   * docs/asking.md has all forms.
   *
   * @throws IllegalArgumentException if it is none; the message says what is wrong
   */
  static Access parse(String words) {
    return AccessReader.read(words);
  }

  /**
   * A question as a kernel's {@code .access} takes it.
   *
   * @param strings a class byte and what follows it, one or more: the last that is in force for the
   *     profile counts
   * @param wanted bits of the kernel's answer that must be allowed
   */
  record KernelQuestion(List<byte[]> strings, int wanted) {

    /** Copies the list, not the strings. */
    public KernelQuestion {
      strings = List.copyOf(strings);
    }
  }

  /**
   * Returns the question for a kernel. Empty for what it can't be asked about: capabilities, links,
   * executed programs' profiles, hats, and, since root asks, the files of others; and for sockets'
   * addresses, of which it depends on the policy how they are asked about.
   */
  default Optional<KernelQuestion> kernelQuestion() {
    return KernelQuestions.of(this);
  }
}
