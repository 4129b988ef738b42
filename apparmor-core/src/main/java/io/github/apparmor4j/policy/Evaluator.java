package io.github.apparmor4j.policy;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answers that a kernel gives for a profile. It walks the tables as the kernel does and takes
 * the permissions as the kernel's {@code .access} shows them. Everything that this library says
 * about compiled policy comes from here. Immutable and thread-safe; a question costs one step for
 * each of its bytes.
 *
 * <p>Sources: docs/binary-policy.md, and docs/real-kernels.md for the differences between kernels.
 */
public final class Evaluator {

  private static final int ABI_WITHOUT_FILE_CLASS = 5;

  /**
   * Where the strings of a class begin.
   *
   * @param table the table that they are in
   * @param state the state after the class byte
   */
  public record Origin(PolicyDfa table, int state) {}

  private final KernelProfile profile;
  private final PolicyReader.Kernel kernel;

  /**
   * Makes an evaluator.
   *
   * @param profile the profile that is asked
   * @param kernel the kernel whose peculiarities hold
   */
  public Evaluator(KernelProfile profile, PolicyReader.Kernel kernel) {
    this.profile = Objects.requireNonNull(profile, "profile");
    this.kernel = Objects.requireNonNull(kernel, "kernel");
  }

  /** Returns whether the profile's mode is to confine nothing, whatever its tables say. */
  public boolean isUnconfined() {
    return profile.mode() == KernelProfile.MODE_UNCONFINED;
  }

  /**
   * Returns where the strings of a class begin; empty if everything of the class is allowed, since
   * the profile doesn't mediate it.
   *
   * @param policyClass class byte; 2 for files, links and changes of profile
   */
  public Optional<Origin> origin(int policyClass) {
    PolicyDfa table = policyClass == PolicyClass.FILE ? files() : profile.policyDb();
    if (isUnconfined()
        || table == null
        || (policyClass != PolicyClass.FILE && !isInForce(policyClass))) {
      return Optional.empty();
    }
    int state = policyClass == PolicyClass.FILE ? start() : table.walk((byte) policyClass);
    return Optional.of(new Origin(table, state));
  }

  /**
   * Answers for a string that leads from the origin of a class to a state of its table.
   *
   * @param owner whether the task acts for the file's owner; only files have others
   */
  public AccessWords at(int policyClass, PolicyDfa table, int state, boolean owner) {
    return policyClass == PolicyClass.FILE
        ? words(state, table.fileEntryOf(state, owner), 0)
        : policyWords(table, state);
  }

  /** Returns how a program is executed whose path leads to a state of the table of files. */
  public int execAt(PolicyDfa table, int state, boolean owner) {
    return table.fileEntryOf(state, owner).exec();
  }

  /**
   * Answers a question in the kernel's own form.
   *
   * @param question a class byte and what follows it in the policy table; for files a 2 and a path,
   *     asked for the file's owner; not empty
   */
  public AccessWords ask(byte[] question) {
    if (question[0] == PolicyClass.FILE) {
      return file(Arrays.copyOfRange(question, 1, question.length), true);
    }
    PolicyDfa policy = profile.policyDb();
    if (isUnconfined() || policy == null || !isInForce(question[0] & 0xFF)) {
      return AccessWords.UNMEDIATED;
    }
    return policyWords(policy, policy.walk(question));
  }

  private AccessWords policyWords(PolicyDfa policy, int state) {
    // Linux 6.1 doesn't add the permission to lock, later kernels do.
    boolean locks = kernel != PolicyReader.Kernel.LINUX_6_1;
    return words(state, policy.entryOf(state), locks ? 0 : AcceptBits.KERNEL_LOCK);
  }

  /**
   * Returns whether the profile has rules of a class, or says that it has none. For D-Bus, Linux
   * 7.2 looks only where there are network rules of version 9 as well.
   */
  public boolean isInForce(int policyClass) {
    PolicyDfa policy = profile.policyDb();
    return policy != null
        && policy.walk((byte) policyClass) != Dfa.TRAP
        && (policyClass != PolicyClass.DBUS
            || kernel != PolicyReader.Kernel.LINUX_7_2
            || policy.walk((byte) PolicyClass.NETWORK_V9) != Dfa.TRAP);
  }

  /** Returns whether a string leads to a state of the policy table other than the trap. */
  public boolean reaches(byte... string) {
    PolicyDfa policy = profile.policyDb();
    return policy != null && policy.walk(string) != Dfa.TRAP;
  }

  /**
   * Answers about a path, about two paths with a NUL between, or about a program and a label with a
   * NUL between.
   *
   * @param owner whether the task acts for the file's owner
   */
  public AccessWords file(byte[] string, boolean owner) {
    PolicyDfa files = files();
    if (isUnconfined() || files == null) {
      return AccessWords.UNMEDIATED;
    }
    return at(PolicyClass.FILE, files, files.walk(start(), string), owner);
  }

  /** Returns how a program is executed: the field {@link PermissionEntry#exec} of its state. */
  public int exec(byte[] path, boolean owner) {
    PolicyDfa files = files();
    return files == null ? 0 : files.fileEntryOf(files.walk(start(), path), owner).exec();
  }

  /** Returns the table that holds the file rules, or {@code null} if files are not mediated. */
  private @Nullable PolicyDfa files() {
    if (profile.files() != null) {
      return profile.files();
    }
    // Without a table of files the kernel looks for them in the policy table, after their class.
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
   * Answers about a hard link. The pair of paths must be allowed; if the pair says so, the link's
   * permissions must also be among its target's, with no different way to execute.
   *
   * @return the link's words, in which {@link AcceptBits#KERNEL_LINK} is that of the pair
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

  /** Returns two strings with a NUL between them. */
  public static byte[] pair(byte[] first, byte[] second) {
    byte[] pair = Arrays.copyOf(first, first.length + 1 + second.length);
    System.arraycopy(second, 0, pair, first.length + 1, second.length);
    return pair;
  }

  /**
   * Answers about a capability.
   *
   * @param number the kernel's number of the capability
   * @return the answer, in bit 0
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
   * Answers about a socket's type where a policy has sets of types instead of strings: for kernels
   * that have only the feature {@code network}.
   *
   * @return the answer, the same in all bits
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
