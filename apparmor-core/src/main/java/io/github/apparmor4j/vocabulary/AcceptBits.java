package io.github.apparmor4j.vocabulary;

/**
 * The bits of the kernel's permission words: the one place that spells them. There are two forms
 * (docs/binary-policy.md).
 *
 * <p><b>Accept words</b>, a pair for each state. In the table of files, bits 0 to 13 are for the
 * owner of a file and bits 14 to 27 for others: seven permissions, then how to execute. In the
 * policy table, bits 0 to 6 are permissions, and from bit 14 on there are further ones.
 *
 * <p><b>Permission entries</b> ({@link PermissionEntry}) and the answers of {@code .access}, in the
 * kernel's own {@code AA_MAY_*} bits. Kernels turn accept words into entries when they load them.
 * So does this class, so that only one form is ever asked.
 */
public final class AcceptBits {

  // ---- a half of a file's word

  /** Execute. */
  public static final int EXEC = 1;

  /** Write. */
  public static final int WRITE = 2;

  /** Read. */
  public static final int READ = 4;

  /** Append. */
  public static final int APPEND = 8;

  /** Make a hard link. */
  public static final int LINK = 0x10;

  /** Lock a file; for a pair of paths: the link's permissions must be among the target's. */
  public static final int LOCK = 0x20;

  /** Map for execution. */
  public static final int MMAP_EXEC = 0x40;

  /** The width of a half; the owner's half comes first, then that of others. */
  static final int HALF = 14;

  private static final int OWNERS = (1 << HALF) - 1;
  private static final int PERMISSIONS = 0x7f;
  private static final int UNCONFINED_FALLBACK = 1 << 7;
  private static final int UNSAFE = 1 << 8;
  private static final int INHERIT = 1 << 9;
  private static final int INDEX = 10;
  private static final int EXEC_TYPE = OWNERS & ~PERMISSIONS;

  /** Index of an execution that names no other profile. */
  public static final int INDEX_NONE = 0;

  /** Index of an execution without confinement. */
  public static final int INDEX_UNCONFINED = 1;

  /** Index of an execution with the profile that attaches to the program. */
  public static final int INDEX_PROFILE = 2;

  /** Index of an execution with the child that attaches to the program. */
  public static final int INDEX_CHILD = 3;

  /** Index of an execution with the first of a profile's named transitions. */
  public static final int INDEX_NAMED = 4;

  /** How many named transitions a profile can have. */
  public static final int MOST_NAMED = 12;

  /**
   * In a file's state, for owner and others alike: the profile may be changed with the next
   * execution.
   */
  public static final int CHANGE_ON_EXEC = 1 << 30;

  /**
   * In a label's state in the table of files, for owner and others alike: the profile may be
   * changed to the label.
   */
  public static final int CHANGE_PROFILE = 1 << 31;

  /** Execution that keeps the profile. */
  public static final int EXEC_INHERIT = EXEC | INHERIT;

  // ---- the policy table's word

  /** The permission that a class's marker grants. */
  public static final int MARKER = 4;

  /** Make a user namespace. */
  public static final int USERNS_CREATE = 0x8;

  /**
   * In the allowing word of a socket's state: a longer string may say more. Only permission entries
   * hold it.
   */
  public static final int CONTINUES = 1 << 28;

  /** In the allowing word of a packet's state: a label may be put on what is sent. */
  public static final int SET_LABEL = 1 << 31;

  /** The permissions, of both halves or of the policy table, that can be logged. */
  static final int LOGGED = 0x1fc07f;

  // ---- the kernel's own bits

  /** {@code AA_MAY_LINK}. */
  public static final int KERNEL_LINK = 0x40000;

  /** {@code AA_MAY_LOCK}; for a pair of paths it means {@code subset}. */
  public static final int KERNEL_LOCK = 0x8000;

  /** In an entry of a socket's state: a longer string may say more. */
  public static final int KERNEL_CONTINUES = CONTINUES >>> 1;

  private static final int KERNEL_MMAP_EXEC = 0x10000;
  private static final int KERNEL_GET_ATTRIBUTES = 0x200;
  private static final int KERNEL_CHANGES = CHANGE_PROFILE | CHANGE_ON_EXEC;

  /** {@code AA_MAY_ONEXEC}, as entries have it. */
  public static final int KERNEL_CHANGE_ON_EXEC = CHANGE_ON_EXEC >>> 1;

  /** {@code AA_MAY_CHANGE_PROFILE}, as entries have it. */
  public static final int KERNEL_CHANGE_PROFILE = CHANGE_PROFILE >>> 1;

  private AcceptBits() {}

  // ---- halves

  /** Returns the word that has the bits of a half for the owner and for others. */
  public static int both(int half) {
    return half | half << HALF;
  }

  /** Returns the part of a word that is for owners. */
  public static int forOwner(int word) {
    return word & OWNERS;
  }

  /** Returns the part of a word that is for others or has no halves. */
  public static int forOthers(int word) {
    return word & ~OWNERS;
  }

  /** Returns a half of a word in the lower bits; the bits above it are not cleared. */
  static int half(int word, boolean owner) {
    return owner ? word : word >>> HALF;
  }

  /** Returns the bits of a half, for owners or others, at their place in a word. */
  public static int of(int half, boolean owner) {
    return owner ? half : half << HALF;
  }

  // ---- how to execute

  /**
   * Returns the bits of a half that say how to execute.
   *
   * @param index {@link #INDEX_NONE} and so on
   * @param inherit whether the profile is kept if there is none to change to
   * @param unconfined whether confinement ends if there is no profile to change to
   * @param unsafe whether the environment is kept as it is
   */
  public static int execType(int index, boolean inherit, boolean unconfined, boolean unsafe) {
    return index << INDEX
        | (inherit ? INHERIT : 0)
        | (unconfined ? UNCONFINED_FALLBACK : 0)
        | (unsafe ? UNSAFE : 0);
  }

  /**
   * Returns the bits of a file's word that say how to execute, for a bit that allows execution; 0
   * for any other bit.
   */
  public static int execTypeOf(int bit) {
    return bit == EXEC ? EXEC_TYPE : bit == EXEC << HALF ? EXEC_TYPE << HALF : 0;
  }

  /** Returns whether a bit of a file's word says how to execute. */
  public static boolean isExecType(int bit) {
    return (both(EXEC_TYPE) & bit) != 0;
  }

  // ---- to the kernel's own bits, and back

  /** Returns the bits of the policy table's accept word for the kernel's permissions. */
  public static int ofPolicy(int kernel) {
    return (kernel & PERMISSIONS)
        | (kernel & 0x300) << 6
        | (kernel & 0x700000) >> 4
        | (kernel & 0x3000000) >> 5;
  }

  /** Returns the kernel's permissions for a word of the policy table. */
  static int kernelPolicy(int word) {
    int more = word >>> HALF;
    return (word & PERMISSIONS)
        | (more & 3) << 8
        | (more & 0x1c) << 18
        | (more & 0x60) << 19
        | (word & CONTINUES) >>> 1
        | (word & SET_LABEL);
  }

  /** Returns the kernel's permissions for a half of a file's word. */
  static int kernelFile(int half) {
    int read = (half & READ) != 0 ? 0x240 : 0;
    int write = (half & WRITE) != 0 ? 0x3170 : 0;
    return (half & (EXEC | WRITE | READ | APPEND))
        | read
        | write
        | (half & LINK) << 14
        | (half & LOCK) << 10
        | (half & MMAP_EXEC) << 10;
  }

  /**
   * Returns the kernel's permissions that every file's word allows besides its halves: reading
   * attributes, and the changes of profile that the word holds.
   */
  static int kernelFileAlways(int word) {
    return KERNEL_GET_ATTRIBUTES | (word & KERNEL_CHANGES) >>> 1;
  }

  /** Returns the bits of a half of a file's word for the kernel's permissions. */
  public static int ofFile(int kernel) {
    return (kernel & (EXEC | WRITE | READ | APPEND))
        | (kernel & KERNEL_LINK) >>> 14
        | (kernel & KERNEL_LOCK) >>> 10
        | (kernel & KERNEL_MMAP_EXEC) >>> 10;
  }

  /**
   * Returns the permissions that a kernel asks for when a file is used.
   *
   * @param half seven permissions as in a half of a file's word
   */
  public static int kernelUse(int half) {
    return (half & (EXEC | WRITE | READ | APPEND))
        | (half & LINK) << 14
        | (half & LOCK) << 10
        | (half & MMAP_EXEC) << 10;
  }

  /** Returns the field of an entry that says how to execute, for a half of a file's word. */
  static int kernelExec(int half) {
    int index = half >>> INDEX & 15;
    int word = (half & UNSAFE) != 0 ? PermissionEntry.EXEC_UNSAFE : 0;
    word |= (half & INHERIT) != 0 ? PermissionEntry.EXEC_INHERIT : 0;
    word |= (half & UNCONFINED_FALLBACK) != 0 ? PermissionEntry.EXEC_UNCONFINED : 0;
    return word
        | switch (index) {
          case INDEX_NONE -> 0;
          case INDEX_UNCONFINED -> PermissionEntry.EXEC_UNCONFINED;
          case INDEX_PROFILE -> PermissionEntry.EXEC_NAME;
          case INDEX_CHILD -> PermissionEntry.EXEC_NAME | PermissionEntry.EXEC_CHILD;
          default -> PermissionEntry.EXEC_TABLE | index - INDEX_NAMED;
        };
  }
}
