package io.github.apparmor4j.policy;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel answers for a profile: it walks the tables as the kernel does and takes the
 * permissions as the kernel's {@code .access} shows them. All that this library says of compiled
 * policy is asked here. Immutable and thread-safe; a question costs a step for each of its bytes.
 *
 * <p>Sources: docs/binary-policy.md, and for what differs between kernels docs/real-kernels.md.
 */
public final class Evaluator {

  private static final int ABI_WITHOUT_FILE_CLASS = 5;

  private final KernelProfile profile;
  private final PolicyReader.Kernel kernel;

  /**
   * Makes an evaluator.
   *
   * @param kernel whose peculiarities hold
   */
  public Evaluator(KernelProfile profile, PolicyReader.Kernel kernel) {
    this.profile = Objects.requireNonNull(profile, "profile");
    this.kernel = Objects.requireNonNull(kernel, "kernel");
  }

  /** Returns whether the profile's mode confines nothing, whatever its tables say. */
  public boolean isUnconfined() {
    return profile.mode() == KernelProfile.MODE_UNCONFINED;
  }

  /**
   * Answers a question in the kernel's own form.
   *
   * @param question a class byte and what follows it in the policy table; for files a 2 and a path,
   *     whose owner asks
   */
  public AccessWords ask(byte[] question) {
    if (question[0] == PolicyClass.FILE) {
      return file(Arrays.copyOfRange(question, 1, question.length), true);
    }
    PolicyDfa policy = profile.policyDb();
    if (isUnconfined() || policy == null || !isInForce(question[0] & 0xFF)) {
      return AccessWords.UNMEDIATED;
    }
    int state = policy.walk(question);
    // 6.1 doesn't add the permission to lock, later ones do.
    boolean locks = kernel != PolicyReader.Kernel.LINUX_6_1;
    return words(state, policy.entryOf(state), locks ? 0 : AcceptBits.KERNEL_LOCK);
  }

  /**
   * Returns whether the profile has rules of a class, or says that it has none. 7.2 asks for
   * D-Bus's only where there are network rules of version 9 as well.
   */
  public boolean isInForce(int policyClass) {
    PolicyDfa policy = profile.policyDb();
    return policy != null
        && policy.walk((byte) policyClass) != Dfa.TRAP
        && (policyClass != PolicyClass.DBUS
            || kernel != PolicyReader.Kernel.LINUX_7_2
            || policy.walk((byte) PolicyClass.NETWORK_V9) != Dfa.TRAP);
  }

  /** Returns whether a string of the policy table leads anywhere. */
  public boolean reaches(byte... string) {
    PolicyDfa policy = profile.policyDb();
    return policy != null && policy.walk(string) != Dfa.TRAP;
  }

  /**
   * Answers about a path, or a pair of paths or a program and a label with a NUL between.
   *
   * @param owner whether the task acts for the file's owner
   */
  public AccessWords file(byte[] string, boolean owner) {
    PolicyDfa files = files();
    if (isUnconfined() || files == null) {
      return AccessWords.UNMEDIATED;
    }
    int state = files.walk(start(), string);
    return words(state, files.fileEntryOf(state, owner), 0);
  }

  /** Returns how a program is executed: the field {@link PermissionEntry#exec} of its state. */
  public int exec(byte[] path, boolean owner) {
    PolicyDfa files = files();
    return files == null ? 0 : files.fileEntryOf(files.walk(start(), path), owner).exec();
  }

  /** Returns the table that has files, or {@code null} if they are not in force. */
  private @Nullable PolicyDfa files() {
    if (profile.files() != null) {
      return profile.files();
    }
    // Without file rules the kernel looks for files in the policy table, after their class.
    boolean inForce = start() != Dfa.TRAP || profile.abi() <= ABI_WITHOUT_FILE_CLASS;
    return inForce ? profile.policyDb() : null;
  }

  private int start() {
    PolicyDfa policy = profile.policyDb();
    if (profile.files() != null) {
      return Dfa.START;
    }
    return policy == null ? Dfa.TRAP : policy.walk((byte) PolicyClass.FILE);
  }

  /**
   * Answers about a hard link: the pair must be allowed, and if it says so the link's permissions
   * must be among its target's, executed no differently.
   *
   * @return the link's words, of which {@link AcceptBits#KERNEL_LINK} is the pair's
   */
  public AccessWords link(byte[] path, byte[] target, boolean owner) {
    AccessWords link = file(path, owner);
    if (link.equals(AccessWords.UNMEDIATED)) {
      return link;
    }
    AccessWords pair = file(pair(path, target), owner);
    int bit = AcceptBits.KERNEL_LINK;
    boolean allowed =
        link.allows(bit)
            && pair.allows(bit)
            && (!pair.allows(AcceptBits.KERNEL_LOCK) || isSubset(path, link, target, owner));
    return new AccessWords(
        allowed ? link.allow() | bit : link.allow() & ~bit,
        link.deny(),
        (link.audit() & ~bit) | (pair.audit() & bit),
        (link.quiet() & ~bit) | (pair.quiet() & bit));
  }

  private boolean isSubset(byte[] path, AccessWords link, byte[] target, boolean owner) {
    int permissions = AcceptBits.ofFile(link.allow()) & ~AcceptBits.LINK;
    int linkExec = exec(path, owner);
    int targetExec = exec(target, owner);
    int unsafe = PermissionEntry.EXEC_UNSAFE;
    boolean alike =
        (linkExec & ~unsafe) == (targetExec & ~unsafe)
            && ((targetExec & unsafe) != 0 || (linkExec & unsafe) == 0);
    return (permissions & ~AcceptBits.ofFile(file(target, owner).allow())) == 0
        && ((permissions & AcceptBits.EXEC) == 0 || alike);
  }

  /** Returns two strings with a NUL between. */
  public static byte[] pair(byte[] first, byte[] second) {
    byte[] pair = Arrays.copyOf(first, first.length + 1 + second.length);
    System.arraycopy(second, 0, pair, first.length + 1, second.length);
    return pair;
  }

  /**
   * Answers about a capability.
   *
   * @param number the kernel's
   * @return in bit 0
   */
  public AccessWords capability(int number) {
    if (isUnconfined()) {
      return AccessWords.UNMEDIATED;
    }
    KernelProfile.Capabilities caps = profile.capabilities();
    return new AccessWords(
        bit(caps.allow(), number), 0, bit(caps.audit(), number), bit(caps.quiet(), number));
  }

  /**
   * Answers about a socket's type where a policy has sets of types and no strings: for kernels with
   * the feature {@code network} alone.
   *
   * @return in all bits alike
   */
  public AccessWords socketType(int family, int type) {
    KernelProfile.Sockets sockets = profile.sockets();
    if (isUnconfined() || sockets == null || family >= sockets.families().size()) {
      return AccessWords.UNMEDIATED;
    }
    KernelProfile.Sockets.Types types = sockets.families().get(family);
    return new AccessWords(
        -bit(types.allow(), type), 0, -bit(types.audit(), type), -bit(types.quiet(), type));
  }

  private static int bit(long set, int number) {
    return (int) (set >>> number) & 1;
  }

  private static AccessWords words(int state, PermissionEntry entry, int without) {
    if (state == Dfa.TRAP) {
      return AccessWords.NOTHING;
    }
    int allow = entry.allow() & ~without;
    return new AccessWords(
        allow & ~entry.deny(), entry.deny(), entry.audit() & allow, entry.quiet() & ~allow);
  }
}
