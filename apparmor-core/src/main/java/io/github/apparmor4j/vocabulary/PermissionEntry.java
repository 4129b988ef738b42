package io.github.apparmor4j.vocabulary;

import java.util.Comparator;

/**
 * An entry of a permission table, in the kernel's own bits. Newer kernels take entries in place of
 * accept words. Each field is a set of permissions except the last three.
 *
 * @param allow allowed
 * @param deny refused, whatever else allows it
 * @param subtree holds for everything below as well
 * @param cond depends on a condition
 * @param kill kills the task
 * @param complain allowed, but logged as if refused
 * @param prompt asked for in user space
 * @param audit logged when used
 * @param quiet not logged when refused
 * @param hide refused as if the object weren't there
 * @param exec how to execute: flags and, if {@link #EXEC_TABLE} is among them, the number of a
 *     transition
 * @param tag for logs, 0 for none
 * @param label put on new objects, 0 for none
 */
public record PermissionEntry(
    int allow,
    int deny,
    int subtree,
    int cond,
    int kill,
    int complain,
    int prompt,
    int audit,
    int quiet,
    int hide,
    int exec,
    int tag,
    int label)
    implements Comparable<PermissionEntry> {

  /** Execution into the profile that the table of transitions names. */
  public static final int EXEC_TABLE = 0x08000000;

  /** The environment is kept as it is. */
  public static final int EXEC_UNSAFE = 0x10000000;

  /** Keep the profile if there is none to change to. */
  public static final int EXEC_INHERIT = 0x40000000;

  /** Without confinement; with another flag, only if there is no profile to change to. */
  public static final int EXEC_UNCONFINED = 0x80000000;

  /** Into the profile that attaches to the program. */
  public static final int EXEC_NAME = 0x04000000;

  /** With {@link #EXEC_NAME}: a child of the profile. */
  public static final int EXEC_CHILD = 0x20000000;

  /** The bits of {@link #exec} that hold the number, not flags. */
  public static final int EXEC_INDEX = 0x00FFFFFF;

  private static final Comparator<PermissionEntry> ORDER =
      Comparator.comparing(PermissionEntry::allow, Integer::compareUnsigned)
          .thenComparing(PermissionEntry::prompt, Integer::compareUnsigned)
          .thenComparing(PermissionEntry::audit, Integer::compareUnsigned)
          .thenComparing(PermissionEntry::quiet, Integer::compareUnsigned)
          .thenComparing(PermissionEntry::exec, Integer::compareUnsigned);

  @Override
  public int compareTo(PermissionEntry other) {
    return ORDER.compare(this, other);
  }

  /** Returns the fields in the order of the binary form. */
  public int[] words() {
    return new int[] {
      allow, deny, subtree, cond, kill, complain, prompt, audit, quiet, hide, exec, tag, label
    };
  }

  /** Makes an entry from its fields, in the order of the binary form. */
  public static PermissionEntry of(int[] w) {
    return new PermissionEntry(
        w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11], w[12]);
  }

  /**
   * Returns whether a kernel would accept the entry: no permission is granted and withheld at once.
   */
  public boolean isConsistent() {
    return (allow & (deny | kill | complain | cond | prompt | hide)) == 0
        && (deny & (complain | cond | prompt)) == 0
        && (complain & prompt) == 0
        && (subtree & ~allow) == 0;
  }

  /** The number of fields. */
  public static final int WORDS = 13;

  private static PermissionEntry of(int allow, int prompt, int audit, int quiet, int exec) {
    return new PermissionEntry(allow, 0, 0, 0, 0, 0, prompt & ~allow, audit, quiet, 0, exec, 0, 0);
  }

  /**
   * Returns the meaning of the words of a file's state.
   *
   * @param words the state's words
   * @param owner whether the entry is for tasks whose user owns the file, or for others
   */
  public static PermissionEntry ofFile(AcceptWords words, boolean owner) {
    int half = AcceptBits.half(words.allow(), owner);
    return of(
        AcceptBits.kernelFile(half) | AcceptBits.kernelFileAlways(words.allow()),
        AcceptBits.kernelFile(AcceptBits.half(words.prompt(), owner)),
        AcceptBits.kernelFile(AcceptBits.half(words.audit(), owner)),
        AcceptBits.kernelFile(AcceptBits.half(words.quiet(), owner)),
        AcceptBits.kernelExec(half));
  }

  /** Returns the meaning of the words of a state in the policy table. */
  public static PermissionEntry ofPolicy(AcceptWords words) {
    return of(
        AcceptBits.kernelPolicy(words.allow()) | AcceptBits.KERNEL_LOCK,
        AcceptBits.kernelPolicy(words.prompt()),
        AcceptBits.kernelPolicy(words.audit()),
        AcceptBits.kernelPolicy(words.quiet()),
        0);
  }
}
