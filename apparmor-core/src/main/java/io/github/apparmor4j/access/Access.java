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
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A question: something that a task might do. There is a record for each thing that kernels
 * mediate. Names are plain text, not patterns. A question that makes no sense, such as a path
 * without a leading slash, is rejected by the constructor with an {@link IllegalArgumentException}.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * Access read = Access.file("/etc/shadow", "r");
 * Access kill = Access.parse("signal send term web");
 * Access socket = Access.socket(NetworkFamily.INET, SocketType.STREAM);
 * }</pre>
 *
 * <p>{@code toString()} gives the question in words, as {@link #parse} and {@code aa decide} read
 * it.
 */
public sealed interface Access {

  /**
   * Use of a file.
   *
   * @param path absolute path; that of a directory ends in a slash
   * @param permissions at least one; the access is allowed if all of them are. For execution and
   *     links use {@link Exec} and {@link Link}; here those letters ask only whether they are
   *     allowed at all
   * @param ownership who owns the file: {@code OWNER} for the user that the task acts for, {@code
   *     OTHER} for another user, or {@code ANY} to ask for both; the answer then says whether it
   *     depends on the owner
   */
  record File(String path, FilePermissions permissions, Ownership ownership) implements Access {
    /** Checks the path, and that there is at least one permission. */
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
   * @param ownership as in {@link File}
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
   * Creation of a hard link.
   *
   * @param path absolute path of the new link
   * @param target absolute path of the file that it points to
   * @param ownership who owns that file, as in {@link File}
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
   * @param capability the capability that is used
   */
  record Capability(io.github.apparmor4j.profile.Capability capability) implements Access {
    /** Checks that the capability is not {@code null}. */
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
   * @param ip IPv4 or IPv6 address as text, or {@code null} for none
   * @param port 0 to 65535; 0 for none
   * @param label label of the socket or the task, or {@code null} for none
   */
  record Side(@Nullable String ip, int port, @Nullable String label) {
    /** A side without address, port and label. */
    public static final Side NONE = new Side(null, 0, null);

    /** Checks the address, the port and the label. */
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
   * Use of a socket. For the addresses of Unix sockets use {@link Unix}.
   *
   * @param family the socket's address family
   * @param type the socket's type
   * @param protocol the kernel's number of the protocol, 0 to 65535; 0 for the type's default
   * @param permission what is done; for packets, {@code SEND} and {@code RECEIVE} are the direction
   * @param local the task's own side
   * @param peer the other side; {@link Side#NONE} if the permission has no peer
   * @param interfaceName network interface that a packet passes, or {@code null} for none
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
    /** Checks that the sides suit the family and the permission. */
    public Network {
      Objects.requireNonNull(family, "family");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(permission, "permission");
      NetworkAccess.check(family, protocol, permission, local, peer, interfaceName);
    }

    /** Creates a question without addresses. */
    public Network(NetworkFamily family, SocketType type, NetworkPermission permission) {
      this(family, type, 0, permission, Side.NONE, Side.NONE, null);
    }

    @Override
    public String toString() {
      return NetworkAccess.words(this);
    }
  }

  /**
   * Use of a Unix socket. For a socket that has a path, ask about the file.
   *
   * @param permission what is done
   * @param type the socket's type
   * @param address abstract name after an {@code @}, or {@code none}
   * @param peerAddress address of the other side in the same form; {@code none} if there is no
   *     other side
   * @param peer label of the other side, or {@code null} if there is no other side
   */
  record Unix(
      NetworkPermission permission,
      SocketType type,
      String address,
      String peerAddress,
      @Nullable String peer)
      implements Access {
    /** Checks the addresses, and that the other side is given if the permission has one. */
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
   * Sending or receiving of a signal.
   *
   * @param permission whether the signal is sent or received
   * @param signal the signal
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
   * Tracing another task, or being traced by one.
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
   * Use of a D-Bus bus. Components that a permission doesn't need are {@code null}: {@code send}
   * and {@code receive} need all of them, {@code bind} the bus and the name, {@code eavesdrop} only
   * the bus.
   *
   * @param permission what is done
   * @param bus {@code system}, {@code session} or an address
   * @param name name to own or, for a message, a name of the other side
   * @param peer label of the other side
   * @param path path of the object
   * @param interfaceName interface of the message
   * @param member member of the message
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
    /** Checks that exactly the components are given that the permission needs. */
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
   * {@code mount(2)}. The options say which of its five operations is meant, remounting among them.
   *
   * @param fstype type of a new file system; ignored for other operations
   * @param options the mount options
   * @param source what is mounted; may be empty
   * @param target directory, ends in a slash
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
   * @param target directory, ends in a slash
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
   * @param newRoot directory, ends in a slash
   * @param oldRoot directory that the old root is moved to, ends in a slash
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
   * @param target label of the profile; {@code &} before it stacks the profile on the task's own
   * @param program program with whose execution the profile changes, or {@code null} to change at
   *     once
   */
  record ChangeProfile(String target, @Nullable String program) implements Access {
    /** Checks the label and the path. */
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
   * A change to a hat. It needs no rule, but the profile must have the hat.
   *
   * @param hat name of the hat, without the profile's name
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
   * @param name name of a POSIX queue, begins with a slash, or the key of a System V queue, a
   *     decimal number of 32 bits
   * @param label label of the queue; ignored when a queue is created
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
   * @param label label of the task whose credentials are taken over; {@code null} unless the
   *     permission is {@code override_creds}
   */
  record IoUring(IoUringPermission permission, @Nullable String label) implements Access {
    /** Checks that there is a label if and only if the permission needs one. */
    public IoUring {
      Objects.requireNonNull(permission, "permission");
      IoUringAccess.check(permission, label);
    }

    @Override
    public String toString() {
      return IoUringAccess.words(this);
    }
  }

  /** Creation of a user namespace. */
  record Userns() implements Access {
    @Override
    public String toString() {
      return UsernsAccess.words(this);
    }
  }

  // ---- common questions

  /**
   * Returns the use of a file by its owner.
   *
   * @param path absolute path; that of a directory ends in a slash
   * @param permissions letters as in profiles; {@code x} asks whether the file may be executed at
   *     all
   * @throws IllegalArgumentException if the path isn't absolute, or the permissions are not valid
   */
  static Access file(String path, String permissions) {
    return file(path, permissions, Ownership.OWNER);
  }

  /**
   * Returns the use of a file.
   *
   * @param ownership who owns the file; {@code ANY} asks for both
   * @throws IllegalArgumentException as {@link #file(String, String)} does
   */
  static Access file(String path, String permissions, Ownership ownership) {
    return new File(path, FilePermissions.of(permissions), ownership);
  }

  /** Returns the execution of a program that the task's own user owns. */
  static Access exec(String program) {
    return new Exec(program, Ownership.OWNER);
  }

  /** Returns the use of a capability. */
  static Access capability(io.github.apparmor4j.profile.Capability capability) {
    return new Capability(capability);
  }

  /** Returns the creation of a socket. */
  static Access socket(NetworkFamily family, SocketType type) {
    return new Network(family, type, NetworkPermission.CREATE);
  }

  /**
   * Reads a question in words: {@code file rw /etc/passwd}, {@code signal send term web}. Words are
   * separated by blanks. Inside double quotes a blank is part of the word, and a backslash makes
   * the next character literal. docs/asking.md lists all forms.
   *
   * @throws IllegalArgumentException if the words are not a valid question; the message says why
   */
  static Access parse(String words) {
    return AccessReader.read(words);
  }

  /**
   * A question as a kernel's {@code .access} file takes it.
   *
   * @param strings one or more strings, each a class byte and its fields; the last one whose class
   *     is in force for the profile counts
   * @param wanted bits of the kernel's answer that must be allowed
   */
  record KernelQuestion(List<byte[]> strings, int wanted) {

    /** Copies the list, but not the strings in it. */
    public KernelQuestion {
      strings = List.copyOf(strings);
    }
  }

  /**
   * Returns the rule that allows this access, and as little else as the language can say: names are
   * escaped, so that they are no patterns; a program that is executed keeps the profile; a name
   * that is empty can't be said, and every name is meant. Empty for a hat, which needs no rule.
   */
  default Optional<Rule> rule() {
    return AccessRules.of(this);
  }

  /**
   * Returns the question for a kernel, or nothing if a kernel can't be asked. That is so for
   * capabilities, links, execution and hats; for files unless they are asked about as {@code
   * OWNER}, since root asks; and for sockets' addresses, since how to ask about them depends on the
   * policy.
   */
  default Optional<KernelQuestion> kernelQuestion() {
    return KernelQuestions.of(this);
  }
}
