package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.RuleKind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a log says has happened: there is a record for each thing that kernels mediate, as in {@link
 * Access}, and for what else logs say. {@link Loss} says what is not in the log, {@link Unreadable}
 * what could not be read. Immutable and thread-safe.
 *
 * <p>Each has its {@link AuditRecord}, with all fields. Methods of this type give those that most
 * events have; what is missing in the record is empty.
 */
public sealed interface AuditEvent {

  /** What the policy did, as {@code apparmor="…"} says it. */
  enum Verdict {
    /** Refused. */
    DENIED,
    /** Refused by the policy, but let pass since the profile complains only. */
    ALLOWED,
    /** Allowed, and logged since a rule or a flag asks for it. */
    AUDIT,
    /** Something that tools for learning were told, by old kernels. */
    HINT,
    /** Policy was loaded or removed, or something else about AppArmor itself. */
    STATUS,
    /** AppArmor failed. */
    ERROR,
    /** Refused, and the task was killed. */
    KILLED,
    /** Somebody was asked. */
    PROMPT,
    /** A word of a newer kernel. */
    UNKNOWN,
    /** Nothing was decided: losses and unreadable lines. */
    NONE;

    /** Returns the word in lower case. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Why an event may say nothing about what a program needs. It is marked, never left out. */
  enum Noise {
    /**
     * A container's runtime did it, before the program of the container was executed: the task has
     * the name of {@code runc}, {@code crun} or their helpers. Anybody can give a task that name.
     */
    RUNTIME,
    /**
     * A capability that kernels and libraries often try, and do without: {@code sys_admin}, {@code
     * dac_read_search}, {@code sys_ptrace}, {@code net_admin}; or the kernel says that the check
     * was optional.
     */
    SPECULATIVE
  }

  /** Returns the line's time, id and fields. */
  AuditRecord record();

  /** Returns what the policy did. */
  default Verdict verdict() {
    return record().verdict();
  }

  /**
   * Returns whether the policy refuses what was done, even if the profile complains only: such an
   * event is one that a profile may need a rule for.
   */
  default boolean isRefusal() {
    return switch (verdict()) {
      case DENIED, ALLOWED, KILLED -> true;
      case AUDIT, HINT, STATUS, ERROR, PROMPT, UNKNOWN, NONE -> false;
    };
  }

  /** Returns the kind of rule that decides about such events, if there is one. */
  default Optional<RuleKind> kind() {
    return Optional.empty();
  }

  /**
   * Returns the class in the kernel's word, {@code cap} or {@code net}: the record's own or, of
   * older kernels, the one that newer ones write. Empty for what they give none.
   */
  default Optional<String> recordClass() {
    return Optional.of(EventClasses.word(this)).filter(word -> !word.isEmpty());
  }

  /** Returns when it happened, if the log says so. */
  default Optional<Instant> time() {
    return record().time();
  }

  /** Returns what was done, in the kernel's word: {@code open}. */
  default Optional<String> operation() {
    return record().text("operation");
  }

  /**
   * Returns the name of the profile that decided, or the label of several: {@code a//&b}. It is the
   * name in the profile's namespace.
   */
  default Optional<String> profile() {
    return Subjects.profile(record());
  }

  /** Returns the profile's namespace as the kernel shows it; empty for the root. */
  default Optional<String> namespace() {
    return record().text("namespace");
  }

  /** Returns the name of the task or, for what D-Bus says, the program of the bus. */
  default Optional<String> command() {
    return record().text("comm").or(() -> record().text("exe"));
  }

  /** Returns the number of the process. */
  default OptionalLong pid() {
    return record().number("pid");
  }

  /** Returns the kernel's explanation. */
  default Optional<String> info() {
    return record().text("info");
  }

  /**
   * Returns the questions that the event is the answer to, so that other policy can be asked the
   * same. Of what a policy refused, it is that alone; otherwise all that was asked for. They are as
   * exact as the record. Empty if it doesn't say enough, for example of a file without a path from
   * the root.
   */
  default List<Access> accesses() {
    return List.of();
  }

  /** Returns why the event may say nothing about what a program needs. */
  default Set<Noise> noise() {
    return Noises.of(this);
  }

  /**
   * A file was used.
   *
   * @param record the line
   */
  record File(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.FILE);
    }

    /** Returns the path; one without a slash at its start is disconnected from the root. */
    public Optional<String> path() {
      return record.text("name");
    }

    @Override
    public List<Access> accesses() {
      return FileEvents.accesses(this);
    }
  }

  /**
   * A program was executed.
   *
   * @param record the line
   */
  record Exec(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.FILE);
    }

    /** Returns the program's path. */
    public Optional<String> program() {
      return record.text("name");
    }

    /** Returns the profile that the program gets or would get, if the kernel says it. */
    public Optional<String> target() {
      return record.text("target").or(() -> record.text("name2"));
    }

    @Override
    public List<Access> accesses() {
      return FileEvents.accesses(this);
    }
  }

  /**
   * A hard link was made.
   *
   * @param record the line
   */
  record Link(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.LINK);
    }

    /** Returns the link's path. */
    public Optional<String> path() {
      return record.text("name");
    }

    /** Returns the path of the file that it points to. */
    public Optional<String> target() {
      return record.text("target").or(() -> record.text("name2"));
    }

    @Override
    public List<Access> accesses() {
      return LinkEvents.accesses(this);
    }
  }

  /**
   * A capability was used.
   *
   * @param record the line
   */
  record Capability(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.CAPABILITY);
    }

    /** Returns the capability; empty if it is newer than this library. */
    public Optional<io.github.apparmor4j.profile.Capability> capability() {
      return CapabilityEvents.capability(record);
    }

    @Override
    public List<Access> accesses() {
      return CapabilityEvents.accesses(this);
    }
  }

  /**
   * A socket was used.
   *
   * @param record the line
   */
  record Network(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.NETWORK);
    }

    @Override
    public List<Access> accesses() {
      return NetworkEvents.accesses(this);
    }
  }

  /**
   * A Unix socket was used.
   *
   * @param record the line
   */
  record Unix(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.UNIX);
    }

    /**
     * Returns the questions. Kernels that don't look at addresses ask about family and type alone:
     * these are questions about a network.
     */
    @Override
    public List<Access> accesses() {
      return UnixEvents.accesses(this);
    }
  }

  /**
   * A message queue was used.
   *
   * @param record the line
   */
  record Mqueue(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.MQUEUE);
    }

    @Override
    public List<Access> accesses() {
      return MqueueEvents.accesses(this);
    }
  }

  /**
   * A message bus was used. The bus wrote the record, not the kernel.
   *
   * @param record the line
   */
  record Dbus(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.DBUS);
    }

    @Override
    public List<Access> accesses() {
      return DbusEvents.accesses(this);
    }
  }

  /**
   * A signal was sent or received.
   *
   * @param record the line
   */
  record Signal(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.SIGNAL);
    }

    /** Returns the label of the other task. */
    public Optional<String> peer() {
      return Subjects.peer(record);
    }

    @Override
    public List<Access> accesses() {
      return SignalEvents.accesses(this);
    }
  }

  /**
   * A task was traced or looked at.
   *
   * @param record the line
   */
  record Ptrace(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.PTRACE);
    }

    /** Returns the label of the other task. */
    public Optional<String> peer() {
      return Subjects.peer(record);
    }

    @Override
    public List<Access> accesses() {
      return PtraceEvents.accesses(this);
    }
  }

  /**
   * Something was mounted, remounted or unmounted.
   *
   * @param record the line
   */
  record Mount(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.MOUNT);
    }

    /** Returns the directory or file where the mount is. */
    public Optional<String> target() {
      return record.text("name");
    }

    @Override
    public List<Access> accesses() {
      return MountEvents.accesses(this);
    }
  }

  /**
   * The root was changed.
   *
   * @param record the line
   */
  record PivotRoot(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.PIVOT_ROOT);
    }

    @Override
    public List<Access> accesses() {
      return PivotRootEvents.accesses(this);
    }
  }

  /**
   * A user namespace was created.
   *
   * @param record the line
   */
  record Userns(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.USERNS);
    }

    @Override
    public List<Access> accesses() {
      return UsernsEvents.accesses(this);
    }
  }

  /**
   * {@code io_uring} was used.
   *
   * @param record the line
   */
  record IoUring(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.IO_URING);
    }

    @Override
    public List<Access> accesses() {
      return IoUringEvents.accesses(this);
    }
  }

  /**
   * A task changed its profile, at once or with its next execution.
   *
   * @param record the line
   */
  record ChangeProfile(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.CHANGE_PROFILE);
    }

    /** Returns the label that it wanted. */
    public Optional<String> target() {
      return record.text("target").or(() -> record.text("name"));
    }

    /** Returns the question; of a change with the next execution there is none. */
    @Override
    public List<Access> accesses() {
      return ChangeProfileEvents.accesses(this);
    }
  }

  /**
   * A task changed to a hat. It needs no rule, but a hat.
   *
   * @param record the line
   */
  record ChangeHat(AuditRecord record) implements AuditEvent {

    /** Returns the hat's whole name: {@code profile//hat}. */
    public Optional<String> target() {
      return record.text("target").or(() -> record.text("name"));
    }

    @Override
    public List<Access> accesses() {
      return ChangeProfileEvents.accesses(this);
    }
  }

  /**
   * A task changed a limit on resources. No {@link Access} stands for that.
   *
   * @param record the line
   */
  record Rlimit(AuditRecord record) implements AuditEvent {
    @Override
    public Optional<RuleKind> kind() {
      return Optional.of(RuleKind.RLIMIT);
    }
  }

  /**
   * Policy was loaded, replaced or removed, or was not.
   *
   * @param record the line
   */
  record Policy(AuditRecord record) implements AuditEvent {

    /** Returns the profile that it is about; {@link #profile} is that of the task that did it. */
    public Optional<String> subject() {
      return record.text("name");
    }
  }

  /**
   * Something else that AppArmor says: that it has started, hints, and what newer kernels mediate.
   *
   * @param record the line
   */
  record Other(AuditRecord record) implements AuditEvent {}

  /**
   * Something that is not in the log. What was lost may be of any kind and any profile; whoever
   * learns from the log doesn't know it.
   *
   * @param record the line that says so, or after which it was noticed
   * @param cause who lost it
   * @param count how many records at most were lost; {@code null} if nobody knows
   * @param explanation what was lost, in a sentence without a full stop
   */
  record Loss(AuditRecord record, Cause cause, @Nullable Long count, String explanation)
      implements AuditEvent {

    /** Who lost records. */
    public enum Cause {
      /** The kernel's limit on messages or on audit records in a time. */
      RATE_LIMIT,
      /** The kernel's queue of audit records was full. */
      BACKLOG,
      /** The kernel lost audit records, for reasons that it doesn't tell. */
      KERNEL,
      /** The ring buffer was overwritten before anybody read it. */
      RING_BUFFER,
      /** Auditing was switched off. */
      DISABLED,
      /** The audit daemon, or what it hands records to. */
      DAEMON,
      /** The journal, or the program that printed it. */
      JOURNAL,
      /** Numbers of records are missing: lost, or left out by whoever made this log. */
      GAP,
      /** The end of a record, of a line or of a file is missing. */
      TRUNCATED
    }

    /** Rejects nulls. */
    public Loss {
      Objects.requireNonNull(record, "record");
      Objects.requireNonNull(cause, "cause");
      Objects.requireNonNull(explanation, "explanation");
    }

    @Override
    public Verdict verdict() {
      return Verdict.NONE;
    }
  }

  /**
   * A line that is AppArmor's, or may be, and could not be read. The lines around it were.
   *
   * @param record the line; it has no fields
   * @param reason what is wrong with it
   */
  record Unreadable(AuditRecord record, Reason reason) implements AuditEvent {

    /** What can be wrong with a line. */
    public enum Reason {
      /** The event's id is not one. */
      ID,
      /** It doesn't say what the policy did. */
      VERDICT,
      /** It is longer than a line may be. */
      LENGTH,
      /** An entry of a journal that isn't right JSON, or not in the export format. */
      JOURNAL
    }

    /** Rejects nulls. */
    public Unreadable {
      Objects.requireNonNull(record, "record");
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public Verdict verdict() {
      return Verdict.NONE;
    }
  }
}
