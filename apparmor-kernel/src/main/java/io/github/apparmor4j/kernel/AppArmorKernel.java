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
 * A kernel that holds policy. Implementations are thread-safe; each operation happens wholly or not
 * at all, in each namespace.
 *
 * <p>Names of profiles are those of {@link #profiles}: {@code name}, {@code parent//child}, and
 * {@code :ns:name} in another namespace.
 */
public interface AppArmorKernel {

  /**
   * Returns what the kernel can enforce.
   *
   * @throws KernelException if it can't be read
   */
  Features features() throws KernelException;

  // ---- policy

  /**
   * Loads profiles, none of which may be there yet. Those of one namespace are loaded wholly or not
   * at all; a failure at a later namespace's names those that were loaded before.
   *
   * @param policy binary policy of any number of profiles; not kept
   * @throws KernelException EPROTO or EPROTONOSUPPORT if the kernel can't read it, EEXIST if a
   *     profile is loaded already or in the policy twice, EACCES without the right to change
   *     policy, EINVAL for nothing
   */
  void load(byte[] policy) throws KernelException;

  /**
   * Loads profiles, instead of those of the same names. Children that the new policy doesn't have
   * stay. Of several namespaces it is as with {@link #load}.
   *
   * @param policy binary policy of any number of profiles; not kept
   * @throws KernelException EPROTO or EPROTONOSUPPORT if the kernel can't read it, EEXIST if a
   *     profile is in the policy twice, EACCES without the right to change policy, EINVAL for
   *     nothing
   */
  void replace(byte[] policy) throws KernelException;

  /**
   * Replaces by a policy, unless the kernel holds the same already.
   *
   * @return whether anything had to be replaced
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
   * @param name of a profile, or {@code :ns:} for a whole namespace
   * @throws KernelException ENOENT if there is none
   */
  void remove(String name) throws KernelException;

  // ---- what is there

  /** Returns the profiles, the newest first, each followed by its children. */
  List<LoadedProfile> profiles() throws KernelException;

  /** Returns the namespace that this process sees, with all profiles and namespaces in it. */
  PolicyNamespace policy() throws KernelException;

  /**
   * Returns the bytes that a profile was loaded with: the whole of what was written, of which other
   * profiles may be a part. Empty if the kernel doesn't keep them.
   *
   * @throws KernelException ENOENT if there is no such profile
   */
  Optional<byte[]> rawData(String profile) throws KernelException;

  /**
   * Returns whether the kernel holds just these profiles, as far as it shows: what each was loaded
   * with is read back and compared. A kernel that doesn't keep that holds nothing up to date.
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

  /** Returns the number of changes of policy, which grows with each. */
  long revision() throws KernelException;

  /**
   * Waits until policy has changed.
   *
   * @param seen a revision that is known
   * @param most how long to wait, at least zero
   * @return the revision then, {@code seen} if nothing changed
   * @throws InterruptedException if the thread is interrupted
   */
  long awaitChange(long seen, Duration most) throws KernelException, InterruptedException;

  // ---- namespaces

  /**
   * Makes a namespace below the one of this process.
   *
   * @param name of letters, digits and what else file names may hold
   * @throws KernelException EEXIST if there is one, EACCES without the right
   */
  void createNamespace(String name) throws KernelException;

  /**
   * Removes a namespace with all its profiles.
   *
   * @throws KernelException ENOENT if there is none, EACCES without the right
   */
  void removeNamespace(String name) throws KernelException;

  /**
   * Returns the names of all namespaces below that of this process, {@code a//b} for one in
   * another.
   */
  default List<String> namespaces() throws KernelException {
    List<String> names = new ArrayList<>();
    RawPolicy.namespaces("", policy(), names);
    return List.copyOf(names);
  }

  // ---- questions

  /**
   * Returns what the kernel would do if a task confined by a profile did something.
   *
   * @param profile name as in {@link #profiles}
   * @param access what it does
   * @return a decision without rules: kernels don't know them
   * @throws KernelException ENOENT if there is no such profile
   */
  Decision query(String profile, Access access) throws KernelException;

  /**
   * Puts a question in the kernel's own form ({@code .access}).
   *
   * @param label of a profile, or several with {@code //&} between if a task has just these
   * @param question a class byte, and what follows it in the policy table; for files a 2 and a
   *     path, whose owner asks
   * @throws KernelException ENOENT if there is no such profile, EINVAL for a question without class
   */
  AccessWords ask(String label, byte[] question) throws KernelException;
}
