package io.github.apparmor4j.profile;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A flag in a profile's header; some flags carry a value. Immutable and thread-safe.
 *
 * @param kind the kind of flag
 * @param value what follows {@code =}, or {@code null}
 */
public record ProfileFlag(Kind kind, @Nullable String value) {

  /** The kinds of flags. */
  public enum Kind {
    /** Refuse and log what isn't allowed: the default mode. */
    ENFORCE(Group.MODE),
    /** Allow and log what isn't allowed. */
    COMPLAIN(Group.MODE),
    /** Refuse and log what isn't allowed, and kill the task. */
    KILL(Group.MODE),
    /** Confine nothing. */
    UNCONFINED(Group.MODE),
    /** Ask a listener in user space. */
    PROMPT(Group.MODE),
    /** Allow what no rule denies. */
    DEFAULT_ALLOW(Group.MODE),
    /** Log every use of a permission. */
    AUDIT(null),
    /** Kernel debugging. */
    DEBUG(null),
    /** Let a task be interrupted while it waits for an answer from user space. */
    INTERRUPTIBLE(null),
    /** Paths are relative to the chroot. */
    CHROOT_RELATIVE(Group.ROOT),
    /** Paths are relative to the mount namespace. */
    NAMESPACE_RELATIVE(Group.ROOT),
    /** Mediate files that were deleted. */
    MEDIATE_DELETED(Group.DELETED),
    /** Don't mediate files that were deleted. */
    DELEGATE_DELETED(Group.DELETED),
    /** Paths outside the mount namespace count from the root. */
    ATTACH_DISCONNECTED(Group.DISCONNECTED),
    /** Paths outside the mount namespace don't count from the root. */
    NO_ATTACH_DISCONNECTED(Group.DISCONNECTED),
    /** Attach by the path inside the chroot. */
    CHROOT_ATTACH(Group.CHROOT),
    /** Don't attach by the path inside the chroot. */
    CHROOT_NO_ATTACH(Group.CHROOT),
    /** Paths outside the mount namespace count from the path in the value. */
    ATTACH_DISCONNECTED_PATH(Group.DISCONNECTED),
    /**
     * Paths of message queues outside the namespace count from the path in the value, if there is
     * one.
     */
    ATTACH_DISCONNECTED_IPC(Group.DISCONNECTED),
    /** The signal by which the mode {@code kill} kills. */
    KILL_SIGNAL(null),
    /** The error that a refusal returns. */
    ERROR(null);

    private final @Nullable Group group;

    Kind(@Nullable Group group) {
      this.group = group;
    }

    /** Returns whether a profile can't have both flags. */
    public boolean excludes(Kind other) {
      if (group == Group.DISCONNECTED) {
        return other.group == group
            && (this == NO_ATTACH_DISCONNECTED) != (other == NO_ATTACH_DISCONNECTED);
      }
      return this != other && group != null && group == other.group;
    }

    /** Returns the flag's name as it stands in a profile. */
    @Override
    public String toString() {
      return switch (this) {
        case ATTACH_DISCONNECTED_PATH -> "attach_disconnected.path";
        case ATTACH_DISCONNECTED_IPC -> "attach_disconnected.ipc";
        case KILL_SIGNAL -> "kill.signal";
        default -> Words.keyword(this);
      };
    }

    /** Returns the flag with a name; empty if there is none. */
    public static Optional<Kind> named(String name) {
      for (Kind kind : values()) {
        if (kind.toString().equals(name)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }

  // errno(3): the errors of Linux on x86, in the order of their numbers, which start with 1; '-'
  // stands for an unused number.
  private static final Map<String, Integer> ERRORS =
      numbered(
          "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD "
              + "EAGAIN,EWOULDBLOCK ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV "
              + "ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC "
              + "ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK,EDEADLOCK ENAMETOOLONG "
              + "ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT "
              + "EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC "
              + "EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE "
              + "ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW "
              + "ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ "
              + "ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE "
              + "ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT ENOTSUP,EOPNOTSUPP "
              + "EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH "
              + "ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN "
              + "ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY "
              + "EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT "
              + "ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED "
              + "EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL");

  private static Map<String, Integer> numbered(String names) {
    Map<String, Integer> numbers = new HashMap<>();
    int number = 0;
    for (String synonyms : names.split(" ", -1)) {
      number++;
      for (String name : synonyms.split(",", -1)) {
        numbers.put(name, number);
      }
    }
    return numbers;
  }

  /**
   * Returns the number of the error with a name, in upper or lower case; empty if there is none.
   */
  public static Optional<Integer> errno(String name) {
    return name.equals("-")
        ? Optional.empty()
        : Optional.ofNullable(ERRORS.get(name.toUpperCase(Locale.ROOT)));
  }

  private enum Group {
    MODE,
    ROOT,
    DELETED,
    DISCONNECTED,
    CHROOT
  }

  /** Checks that there is a value exactly where the flag takes one. */
  public ProfileFlag {
    Objects.requireNonNull(kind, "kind");
    switch (kind) {
      case ATTACH_DISCONNECTED_PATH -> {
        if (value == null) {
          throw new IllegalArgumentException(kind + " needs a path");
        }
        Words.checkedUnquoted(Words.checkedPath(value, kind.toString()), kind.toString());
      }
      case ATTACH_DISCONNECTED_IPC -> {
        if (value != null) {
          Words.checkedUnquoted(Words.checkedPath(value, kind.toString()), kind.toString());
        }
      }
      case KILL_SIGNAL -> {
        if (value == null || Signal.named(value).isEmpty()) {
          throw new IllegalArgumentException(kind + " needs a signal's name, not " + value);
        }
      }
      case ERROR -> {
        if (value == null) {
          throw new IllegalArgumentException(kind + " needs an error's name");
        }
        if (errno(value).isEmpty()) {
          throw new IllegalArgumentException("unknown error " + value);
        }
      }
      default -> {
        if (value != null) {
          throw new IllegalArgumentException(kind + " takes no value: " + value);
        }
      }
    }
  }

  /** Returns a flag without a value. */
  public static ProfileFlag of(Kind kind) {
    return new ProfileFlag(kind, null);
  }

  @Override
  public String toString() {
    return value == null ? kind.toString() : kind + "=" + value;
  }
}
