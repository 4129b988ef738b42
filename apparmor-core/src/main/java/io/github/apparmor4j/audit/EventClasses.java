package io.github.apparmor4j.audit;

import io.github.apparmor4j.profile.RuleKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which kind of rule a record is about: by its class, which newer kernels write, or else by its
 * operation.
 */
final class EventClasses {

  private static final Map<String, RuleKind> BY_OPERATION = new HashMap<>();

  static {
    put(
        RuleKind.FILE,
        "open getattr setattr file_perm file_lock file_mmap file_mprotect file_inherit"
            + " file_receive inode_permission inode_create inode_setattr inode_mknod inode_mkdir"
            + " inode_unlink inode_rename mkdir rmdir mknod symlink symlink_create unlink"
            + " rename_src rename_dest truncate chmod chown xattr_get xattr_set xattr_list"
            + " xattr_remove sysctl exec");
    put(RuleKind.LINK, "link inode_link");
    put(
        RuleKind.NETWORK,
        "create post_create bind connect listen accept sendmsg recvmsg getsockname getpeername"
            + " getsockopt setsockopt socket_create socket_post_create socket_bind socket_connect"
            + " socket_listen socket_accept socket_sendmsg socket_recvmsg socket_getsockname"
            + " socket_getpeername socket_getsockopt socket_setsockopt socket_shutdown"
            + " sock_shutdown");
    put(RuleKind.CAPABILITY, "capable");
    put(RuleKind.PTRACE, "ptrace");
    put(RuleKind.SIGNAL, "signal");
    put(RuleKind.MOUNT, "mount umount remount");
    put(RuleKind.PIVOT_ROOT, "pivotroot pivot_root");
    put(RuleKind.CHANGE_PROFILE, "change_profile change_onexec change_hat stack stack_onexec");
    put(
        RuleKind.DBUS,
        "dbus_method_call dbus_method_return dbus_signal dbus_error dbus_bind dbus_eavesdrop");
    put(RuleKind.USERNS, "userns_create");
    put(RuleKind.IO_URING, "uring_override uring_sqpoll uring_cmd");
    put(RuleKind.MQUEUE, "sysv_mqueue posix_mqueue");
    put(RuleKind.RLIMIT, "setrlimit");
  }

  /** Those that another kind of rule decides about than their class says. */
  private static final Set<RuleKind> OF_ANY_CLASS =
      Set.of(RuleKind.LINK, RuleKind.CHANGE_PROFILE, RuleKind.PIVOT_ROOT);

  private EventClasses() {}

  private static void put(RuleKind kind, String operations) {
    for (String operation : operations.split(" ", -1)) {
      BY_OPERATION.put(operation, kind);
    }
  }

  static AuditEvent event(AuditRecord record) {
    String operation = record.get("operation");
    AuditEvent.Verdict verdict = record.verdict();
    if (verdict == AuditEvent.Verdict.STATUS) {
      boolean policy =
          record.has("name") || (operation != null && operation.startsWith("profile_"));
      return policy ? new AuditEvent.Policy(record) : new AuditEvent.Other(record);
    } else if (record.has("DBUS_BROKER_POLICY_TYPE")) {
      return new AuditEvent.Dbus(record);
    }
    RuleKind kind =
        verdict == AuditEvent.Verdict.HINT
            ? null
            : kind(record, record.get("class"), operation == null ? "" : operation);
    return kind == null ? new AuditEvent.Other(record) : event(kind, operation, record);
  }

  private static @Nullable RuleKind kind(
      AuditRecord record, @Nullable String policyClass, String operation) {
    RuleKind done = BY_OPERATION.get(operation);
    RuleKind kind = done;
    if (policyClass != null) {
      RuleKind byClass = byClass(policyClass);
      kind = byClass == null || (done != null && OF_ANY_CLASS.contains(done)) ? done : byClass;
    }
    boolean socket = kind == RuleKind.NETWORK || (kind == RuleKind.FILE && record.has("family"));
    return socket
        ? "unix".equals(record.get("family")) ? RuleKind.UNIX : RuleKind.NETWORK
        : kind == null && record.has("family") ? RuleKind.NETWORK : kind;
  }

  /** Returns what the kernel's word for a class stands for. */
  private static @Nullable RuleKind byClass(String policyClass) {
    return switch (policyClass) {
      case "file" -> RuleKind.FILE;
      case "cap" -> RuleKind.CAPABILITY;
      case "net" -> RuleKind.NETWORK;
      case "rlimits" -> RuleKind.RLIMIT;
      case "mount" -> RuleKind.MOUNT;
      case "ptrace" -> RuleKind.PTRACE;
      case "signal" -> RuleKind.SIGNAL;
      case "io_uring" -> RuleKind.IO_URING;
      case "namespace" -> RuleKind.USERNS;
      case "dbus" -> RuleKind.DBUS;
      default -> policyClass.endsWith("mqueue") ? RuleKind.MQUEUE : null;
    };
  }

  /** Returns the class as newer kernels write it; empty for what they give none. */
  static String word(AuditEvent event) {
    String own = event.record().get("class");
    if (own != null) {
      return own;
    }
    RuleKind kind = event.kind().orElse(null);
    if (kind == null) {
      return event instanceof AuditEvent.ChangeHat ? "file" : "";
    }
    return switch (kind) {
      case FILE, LINK, CHANGE_PROFILE -> "file";
      case CAPABILITY -> "cap";
      case NETWORK, UNIX -> "net";
      case RLIMIT -> "rlimits";
      case MOUNT, PIVOT_ROOT -> "mount";
      case MQUEUE -> "posix_mqueue";
      case USERNS -> "namespace";
      case DBUS, SIGNAL, PTRACE, IO_URING, ALL, UNRECOGNIZED -> kind.toString();
    };
  }

  private static AuditEvent event(RuleKind kind, @Nullable String operation, AuditRecord record) {
    return switch (kind) {
      case FILE ->
          "exec".equals(operation) ? new AuditEvent.Exec(record) : new AuditEvent.File(record);
      case LINK -> new AuditEvent.Link(record);
      case CAPABILITY -> new AuditEvent.Capability(record);
      case NETWORK -> new AuditEvent.Network(record);
      case UNIX -> new AuditEvent.Unix(record);
      case MQUEUE -> new AuditEvent.Mqueue(record);
      case DBUS -> new AuditEvent.Dbus(record);
      case SIGNAL -> new AuditEvent.Signal(record);
      case PTRACE -> new AuditEvent.Ptrace(record);
      case MOUNT -> new AuditEvent.Mount(record);
      case PIVOT_ROOT -> new AuditEvent.PivotRoot(record);
      case USERNS -> new AuditEvent.Userns(record);
      case IO_URING -> new AuditEvent.IoUring(record);
      case CHANGE_PROFILE ->
          "change_hat".equals(operation)
              ? new AuditEvent.ChangeHat(record)
              : new AuditEvent.ChangeProfile(record);
      case RLIMIT -> new AuditEvent.Rlimit(record);
      case ALL, UNRECOGNIZED -> new AuditEvent.Other(record);
    };
  }
}
