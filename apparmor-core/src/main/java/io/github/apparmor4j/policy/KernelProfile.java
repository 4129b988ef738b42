package io.github.apparmor4j.policy;

import io.github.apparmor4j.source.SourceText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One profile as the kernel knows it: the fields of its binary form. Immutable, as long as the
 * arrays of its tables are not written to.
 *
 * @param version the version word of its header
 * @param namespace the policy namespace, or {@code null}
 * @param name the full name, {@code parent//child}
 * @param attachment how it attaches to programs, or {@code null}
 * @param behavior mode and flags
 * @param capabilities what is allowed and how it is logged
 * @param identities the names that tasks under the profile go by; {@code null} for a kernel that
 *     doesn't take them
 * @param limits resource limits by Linux's number on x86, 0 to 15; all bits set is no limit
 * @param sockets the rights of socket types by address family, for kernels that know no finer
 *     rules; or {@code null}
 * @param policyDb rules of all kinds except files, or {@code null} if there are none
 * @param files file rules, or {@code null} if there are none
 * @param transitions the names that exec rules refer to, at most 12; a NUL stands for the second
 *     colon of {@code :ns:name}
 */
public record KernelProfile(
    int version,
    @Nullable String namespace,
    String name,
    @Nullable Attachment attachment,
    Behavior behavior,
    Capabilities capabilities,
    @Nullable List<String> identities,
    Map<Integer, Long> limits,
    @Nullable Sockets sockets,
    @Nullable PolicyDfa policyDb,
    @Nullable PolicyDfa files,
    List<String> transitions) {

  /** The profile is a hat. */
  public static final int FLAG_HAT = 1;

  /** The profile has the flag {@code debug}. */
  public static final int FLAG_DEBUG = 2;

  /** Tasks waiting for an answer from user space can be interrupted. */
  public static final int FLAG_INTERRUPTIBLE = 8;

  /** Refuse what isn't allowed. */
  public static final int MODE_ENFORCE = 0;

  /** Allow and log what isn't allowed. */
  public static final int MODE_COMPLAIN = 1;

  /** Kill the task. */
  public static final int MODE_KILL = 2;

  /** Confine nothing. */
  public static final int MODE_UNCONFINED = 3;

  /** Ask in user space; shown as {@code user}. */
  public static final int MODE_PROMPT = 4;

  /** The bit of the version word that makes a kernel complain, whatever the profile's mode. */
  private static final int FORCE_COMPLAIN = 1 << 11;

  private static final int OLDEST_ABI = 5;

  /** The most bytes of a text: its length is stored in 16 bits and counts the NUL at its end. */
  private static final int LONGEST_TEXT = 65_534;

  private static final List<String> MODES =
      List.of("enforce", "complain", "kill", "unconfined", "user");

  /**
   * The automaton and attributes by which a profile attaches to programs.
   *
   * @param dfa an automaton over paths; from a path's state a mark leads to the value of the first
   *     extended attribute, after a NUL, from there a mark to the second, and so on
   * @param length the shortest match up to the first wildcard
   * @param xattrs the names of the extended attributes
   */
  public record Attachment(PolicyDfa dfa, int length, List<String> xattrs) {
    /** Copies the names. */
    public Attachment {
      xattrs = List.copyOf(xattrs);
    }
  }

  /**
   * Mode and flags.
   *
   * @param flags {@link #FLAG_HAT} and others
   * @param mode a {@code MODE_} constant
   * @param audit whether everything is logged
   * @param pathFlags the word of path flags, or {@code null} for the kernel's default
   * @param disconnected where disconnected paths are put, or {@code null}
   * @param disconnectedIpc where disconnected paths of IPC objects are put, or {@code null}
   * @param killSignal number of the signal that kills, or {@code null} for the default
   * @param error the errno that a refusal returns, or {@code null} for the default
   */
  public record Behavior(
      int flags,
      int mode,
      boolean audit,
      @Nullable Integer pathFlags,
      @Nullable String disconnected,
      @Nullable String disconnectedIpc,
      @Nullable Integer killSignal,
      @Nullable Integer error) {

    /** Returns this behavior with another mode. */
    public Behavior withMode(int newMode) {
      return new Behavior(
          flags, newMode, audit, pathFlags, disconnected, disconnectedIpc, killSignal, error);
    }
  }

  /**
   * The rights of sockets: for each address family a set of types, in which bit i is type i.
   *
   * @param families the sets, by the families' numbers
   */
  public record Sockets(List<Types> families) {

    /** Copies the list. */
    public Sockets {
      families = List.copyOf(families);
    }

    /**
     * The socket types of a family.
     *
     * @param allow types that are allowed
     * @param audit types that are logged when used
     * @param quiet types that are not logged when refused
     */
    public record Types(int allow, int audit, int quiet) {}
  }

  /**
   * Capabilities as bit sets by the kernel's numbers.
   *
   * @param allow what is allowed
   * @param audit what is logged when used
   * @param quiet what is not logged when refused
   */
  public record Capabilities(long allow, long audit, long quiet) {}

  /** Copies the names and limits, and rejects texts that no kernel takes. */
  public KernelProfile {
    identities = identities == null ? null : List.copyOf(identities);
    limits = Map.copyOf(limits);
    transitions = List.copyOf(transitions);
    checkLength(name, "the profile's name");
    checkLength(namespace, "the namespace");
    checkLength(behavior.disconnected(), "the path of disconnected files");
    checkLength(behavior.disconnectedIpc(), "the path of disconnected objects");
    for (String each : transitions) {
      checkLength(each, "the name of a profile to change to");
      String fault = transitionFault(each);
      if (fault != null) {
        throw new IllegalArgumentException(fault);
      }
    }
    (identities == null ? List.<String>of() : identities)
        .forEach(each -> checkLength(each, "an identity"));
    (attachment == null ? List.<String>of() : attachment.xattrs())
        .forEach(each -> checkLength(each, "the name of an extended attribute"));
  }

  /**
   * Returns what is wrong with the name of a profile to change to, as kernels see it, or {@code
   * null} if nothing is.
   *
   * @param name the name, in which a NUL stands for a namespace's second colon; kernels take an
   *     empty one, too, which no profile has
   */
  static @Nullable String transitionFault(String name) {
    long nuls = name.chars().filter(c -> c == 0).count();
    boolean valid =
        name.startsWith(":")
            ? nuls <= 1 && name.length() > 1 && name.charAt(1) != 0
            : nuls == 0 && (name.isEmpty() || !Character.isWhitespace(name.charAt(0)));
    return valid
        ? null
        : "not a valid name of a profile to change to: '" + name.replace("\0", "\\0") + "'";
  }

  private static void checkLength(@Nullable String text, String what) {
    if (text != null && text.length() * 3L > LONGEST_TEXT) {
      int length = SourceText.encode(text).length;
      if (length > LONGEST_TEXT) {
        throw new IllegalArgumentException(
            what + " has " + length + " bytes; kernels take up to " + LONGEST_TEXT);
      }
    }
  }

  /** Returns the mode, a {@code MODE_} constant. */
  public int mode() {
    return behavior.mode();
  }

  /**
   * Returns whether this profile is, by its name, below another: its child, or a child of one below
   * it.
   */
  boolean isBelow(KernelProfile other) {
    return name.startsWith(other.name + "//");
  }

  /** Returns this profile in another namespace. */
  KernelProfile inNamespace(@Nullable String other) {
    return with(version, other, behavior);
  }

  /** Returns this profile with complain mode in place of its own mode. */
  KernelProfile complaining() {
    return abi() > OLDEST_ABI
        ? with(version | FORCE_COMPLAIN, namespace, behavior)
        : with(version, namespace, behavior.withMode(MODE_COMPLAIN));
  }

  private KernelProfile with(int newVersion, @Nullable String newNamespace, Behavior newBehavior) {
    return new KernelProfile(
        newVersion,
        newNamespace,
        name,
        attachment,
        newBehavior,
        capabilities,
        identities,
        limits,
        sockets,
        policyDb,
        files,
        transitions);
  }

  /** Returns the kernel's word for the mode. */
  public String modeName() {
    return MODES.get(mode());
  }

  /** Returns the kernel's ABI, 5 or more. */
  public int abi() {
    return version & 0x3ff;
  }

  /** Returns the name with the namespace: {@code :ns:name}, or the name alone. */
  public String qualifiedName() {
    return namespace == null ? name : ":" + namespace + ":" + name;
  }

  /** Returns the name in its parts. */
  public ProfileName profileName() {
    return ProfileName.of(namespace, name);
  }
}
