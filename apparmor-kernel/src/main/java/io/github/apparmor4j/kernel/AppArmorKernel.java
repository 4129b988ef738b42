package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A kernel that AppArmor policy is loaded into: the running one, {@link SecurityFsKernel}, or one
 * in memory, {@link EmbeddedKernel}. Implementations are thread-safe. Within a namespace, each
 * operation is done completely or not at all.
 *
 * <pre>{@code
 * CompiledPolicy policy =
 *     PolicyCompiler.forKernel(kernel.features())
 *         .compile(Path.of("/etc/apparmor.d/web"), IncludeResolver.none())
 *         .orThrow();
 * kernel.update(policy);
 * kernel.profiles().forEach(System.out::println);
 * }</pre>
 *
 * <p>Names of profiles are those of {@link #profiles}: {@code name}, {@code parent//child}, and
 * {@code :ns:name} in another namespace.
 */
public interface AppArmorKernel {

  /**
   * Returns what the kernel can enforce.
   *
   * @throws KernelException if the features can't be read
   */
  Features features() throws KernelException;

  // ---- policy

  /**
   * Loads profiles, none of which may be loaded already. The profiles of one namespace are loaded
   * together or not at all. If those of a later namespace can't be loaded, the exception's message
   * names the profiles that were loaded before.
   *
   * @param policy binary policy of any number of profiles; not kept
   * @throws KernelException EPROTO or EPROTONOSUPPORT if the kernel can't read it, EEXIST if a
   *     profile is loaded already or in the policy twice, ENOENT if a child's parent is neither
   *     loaded nor in the policy, EACCES if this process may not change policy, EINVAL if the
   *     policy is empty
   */
  void load(byte[] policy) throws KernelException;

  /**
   * Loads profiles, and replaces loaded ones of the same names. Children that the new policy
   * doesn't have stay loaded. Several namespaces are handled as in {@link #load}.
   *
   * @param policy binary policy of any number of profiles; not kept
   * @throws KernelException EPROTO or EPROTONOSUPPORT if the kernel can't read it, EEXIST if a
   *     profile is in the policy twice, ENOENT if a child's parent is neither loaded nor in the
   *     policy, EACCES if this process may not change policy, EINVAL if the policy is empty
   */
  void replace(byte[] policy) throws KernelException;

  /**
   * Loads a policy as {@link #replace} does, unless the kernel holds the same already.
   *
   * @return whether the policy had to be loaded
   * @throws KernelException as {@link #replace} does
   */
  default boolean update(CompiledPolicy policy) throws KernelException {
    if (isUpToDate(policy)) {
      return false;
    }
    replace(policy.toBytes());
    return true;
  }

  /**
   * Removes a profile and its children.
   *
   * @param name the profile's name, or {@code :ns:} for a whole namespace
   * @throws KernelException ENOENT if there is no such profile or namespace
   */
  void remove(String name) throws KernelException;

  // ---- what is there

  /** Returns the loaded profiles, the newest first, each followed by its children. */
  List<LoadedProfile> profiles() throws KernelException;

  /** Returns the namespace that this process sees, with all profiles and namespaces in it. */
  PolicyNamespace policy() throws KernelException;

  /**
   * Returns the bytes that a profile was loaded with: all that was written at once, which may
   * include other profiles. Empty if the kernel doesn't keep them.
   *
   * @throws KernelException ENOENT if there is no such profile
   */
  Optional<byte[]> rawData(String profile) throws KernelException;

  /**
   * Returns whether the kernel holds each profile of a policy exactly as it is there. The bytes
   * that each profile was loaded with are read back and compared; if the kernel doesn't keep them,
   * no profile counts as up to date.
   */
  default boolean isUpToDate(CompiledPolicy policy) throws KernelException {
    byte[] bytes = policy.toBytes();
    for (KernelProfile profile : policy.profiles()) {
      if (!RawPolicy.holds(this, profile, bytes)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the revision of this process's namespace: a number that grows with each change of its
   * policy.
   */
  long revision() throws KernelException;

  /**
   * Waits until the {@linkplain #revision revision} differs from a known one.
   *
   * @param seen the known revision
   * @param most how long to wait at most; zero for a look without waiting
   * @return the new revision, or {@code seen} if nothing changed in that time
   * @throws InterruptedException if the thread is interrupted
   */
  long awaitChange(long seen, Duration most) throws KernelException, InterruptedException;

  // ---- namespaces

  /**
   * Creates a namespace directly below this process's own.
   *
   * @param name a valid file name that doesn't begin with a dot
   * @throws KernelException EINVAL if the name isn't valid, EEXIST if there is such a namespace
   *     already, EACCES if this process may not change policy
   */
  void createNamespace(String name) throws KernelException;

  /**
   * Removes a namespace with all its profiles.
   *
   * @throws KernelException ENOENT if there is no such namespace, EACCES if this process may not
   *     change policy
   */
  void removeNamespace(String name) throws KernelException;

  /**
   * Returns the names of all namespaces below this process's own, {@code a//b} for {@code b} inside
   * {@code a}.
   */
  default List<String> namespaces() throws KernelException {
    List<String> names = new ArrayList<>();
    RawPolicy.namespaces("", policy(), names);
    return List.copyOf(names);
  }

  // ---- questions

  /**
   * Returns how the kernel would decide if a task that a profile confines tried to do something.
   *
   * @param profile its name, as in {@link #profiles}
   * @param access what the task tries to do
   * @return a decision without rules, since kernels don't know them
   * @throws KernelException ENOENT if there is no such profile
   */
  Decision query(String profile, Access access) throws KernelException;

  /**
   * Asks a question in the kernel's own form, as its file {@code .access} takes it.
   *
   * @param label a profile's name, or several joined by {@code //&} if a task is confined by
   *     exactly these
   * @param question a class byte and what follows it in the policy table: for files, the byte 2 and
   *     a path, whose owner is taken to ask
   * @throws KernelException ENOENT if there is no such profile, EINVAL if the question has no class
   *     byte
   */
  AccessWords ask(String label, byte[] question) throws KernelException;
}
