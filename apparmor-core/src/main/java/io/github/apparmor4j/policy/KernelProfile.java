package io.github.apparmor4j.policy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One profile as the kernel knows it: the fields of its binary form.
 *
 * @param version the version word of its header
 * @param namespace policy namespace, or {@code null}
 * @param name full name, {@code parent//child}
 * @param attachment what attaches it to programs, or {@code null}
 * @param attachmentLength shortest match up to the first wildcard
 * @param disconnected where disconnected paths are put, or {@code null}
 * @param flags {@link #FLAG_HAT} and others
 * @param mode a {@code MODE_} constant
 * @param audit whether everything is logged
 * @param pathFlags the word of path flags, or {@code null} for the kernel's default
 * @param capabilities what is allowed and how it is logged
 * @param limits resource limits by Linux's number on x86, 0 to 15; all bits set is no limit
 * @param policyDb rules of all kinds but files, or {@code null} for none
 * @param files file rules, or {@code null} for none
 * @param transitions names that exec rules refer to, at most 12; a NUL stands for the second colon
 *     of {@code :ns:name}
 */
public record KernelProfile(
    int version,
    @Nullable String namespace,
    String name,
    @Nullable PolicyDfa attachment,
    int attachmentLength,
    @Nullable String disconnected,
    int flags,
    int mode,
    boolean audit,
    @Nullable Integer pathFlags,
    Capabilities capabilities,
    Map<Integer, Long> limits,
    @Nullable PolicyDfa policyDb,
    @Nullable PolicyDfa files,
    List<String> transitions) {

  /** The profile is a hat. */
  public static final int FLAG_HAT = 1;

  /** The profile is debugged. */
  public static final int FLAG_DEBUG = 2;

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

  private static final List<String> MODES =
      List.of("enforce", "complain", "kill", "unconfined", "user");

  /**
   * Capabilities as bit sets by the kernel's numbers.
   *
   * @param allow what is allowed
   * @param audit what is logged when used
   * @param quiet what is not logged when refused
   */
  public record Capabilities(long allow, long audit, long quiet) {}

  /** Copies the names and limits. */
  public KernelProfile {
    limits = Map.copyOf(limits);
    transitions = List.copyOf(transitions);
  }

  /** Returns the word that the kernel shows for the mode. */
  public String modeName() {
    return MODES.get(mode);
  }

  /** Returns the kernel's ABI, 5 or more. */
  public int abi() {
    return version & 0x3ff;
  }

  /** Returns the name with the namespace: {@code :ns:name}, or the name alone. */
  public String qualifiedName() {
    return namespace == null ? name : ":" + namespace + ":" + name;
  }
}
