package io.github.apparmor4j.policy;

import java.util.Comparator;

/**
 * An entry of a permission table, in the kernel's own bits: what newer kernels take in place of
 * accept words. Each field is a set of permissions but the last three.
 *
 * @param allow allowed
 * @param deny refused, whatever else says
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

  static final int EXEC_UNSAFE = 0x10000000;
  private static final int EXEC_INHERIT = 0x40000000;
  private static final int EXEC_UNCONFINED = 0x80000000;
  private static final int EXEC_NAME = 0x04000000;
  private static final int EXEC_CHILD = 0x20000000;

  /** The numbers that {@link #exec} holds, without its flags. */
  static final int EXEC_INDEX = 0x00FFFFFF;

  private static final int GET_ATTRIBUTES = 0x200;
  private static final int LOCK = 0x8000;

  /** Width of one half of a file's accept word: first the owner's, then the others'. */
  static final int HALF = 14;

  /** Behind the seven permissions of a half: how to execute. */
  private static final int UNCONFINED_FALLBACK = 1 << 7;

  private static final int UNSAFE = 1 << 8;
  private static final int INHERIT = 1 << 9;
  private static final int INDEX = 10;
  private static final int FIRST_NAMED = 4;

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
  int[] words() {
    return new int[] {
      allow, deny, subtree, cond, kill, complain, prompt, audit, quiet, hide, exec, tag, label
    };
  }

  /** Makes an entry of the fields in the order of the binary form. */
  static PermissionEntry of(int[] w) {
    return new PermissionEntry(
        w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11], w[12]);
  }

  /** Returns whether a kernel would take it: no permission is granted and withheld at once. */
  boolean isConsistent() {
    return (allow & (deny | kill | complain | cond | prompt | hide)) == 0
        && (deny & (complain | cond | prompt)) == 0
        && (complain & prompt) == 0
        && (subtree & ~allow) == 0;
  }

  /** Number of fields. */
  static final int WORDS = 13;

  private static PermissionEntry of(int allow, int prompt, int audit, int quiet, int exec) {
    return new PermissionEntry(allow, 0, 0, 0, 0, 0, prompt & ~allow, audit, quiet, 0, exec, 0, 0);
  }

  /**
   * Returns what the words of a file's state mean.
   *
   * @param words of the state
   * @param owner for tasks whose user owns the file, or for others
   */
  static PermissionEntry ofFile(AcceptWords words, boolean owner) {
    int shift = owner ? 0 : HALF;
    int half = words.allow() >>> shift;
    // The two highest bits, which have no halves: at the next execution, and at once.
    int change = (words.allow() & 0xC0000000) >>> 1;
    return of(
        file(half) | GET_ATTRIBUTES | change,
        file(words.prompt() >>> shift),
        file(words.audit() >>> shift),
        file(words.quiet() >>> shift),
        exec(half));
  }

  private static int file(int half) {
    int read = (half & 4) != 0 ? 0x240 : 0;
    int write = (half & 2) != 0 ? 0x3170 : 0;
    return (half & 0xf)
        | read
        | write
        | (half & 0x10) << 14
        | (half & 0x20) << 10
        | (half & 0x40) << 10;
  }

  private static int exec(int half) {
    int index = half >>> INDEX & 15;
    int word = (half & UNSAFE) != 0 ? EXEC_UNSAFE : 0;
    word |= (half & INHERIT) != 0 ? EXEC_INHERIT : 0;
    word |= (half & UNCONFINED_FALLBACK) != 0 ? EXEC_UNCONFINED : 0;
    return word
        | switch (index) {
          case 0 -> 0;
          case 1 -> EXEC_UNCONFINED;
          case 2 -> EXEC_NAME;
          case 3 -> EXEC_NAME | EXEC_CHILD;
          default -> EXEC_TABLE | index - FIRST_NAMED;
        };
  }

  /** Returns what the words of another state mean. */
  static PermissionEntry ofPolicy(AcceptWords words) {
    return of(
        policy(words.allow()) | LOCK,
        policy(words.prompt()),
        policy(words.audit()),
        policy(words.quiet()),
        0);
  }

  private static int policy(int word) {
    int more = word >>> HALF;
    return (word & 0x7f)
        | (more & 3) << 8
        | (more & 0x1c) << 18
        | (more & 0x60) << 19
        | (word & AcceptWords.CONTINUES) >>> 1
        | (word & 0x80000000);
  }

  // ---- back

  /** Returns permissions of a file's entry as the bits of an accept word's half. */
  static int fileBits(int permissions) {
    return (permissions & 0xf)
        | (permissions & 0x40000) >>> 14
        | (permissions & 0x8000) >>> 10
        | (permissions & 0x10000) >>> 10;
  }

  /** Returns permissions of another entry as the bits of an accept word. */
  static int policyBits(int permissions) {
    return PolicyClass.acceptBits(permissions);
  }
}
