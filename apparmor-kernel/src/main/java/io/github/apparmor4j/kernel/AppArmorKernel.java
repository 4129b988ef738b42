package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.features.Features;
import java.util.List;

/**
 * A kernel that holds policy. Implementations are thread-safe; each operation happens wholly or not
 * at all.
 */
public interface AppArmorKernel {

  /**
   * Returns what the kernel can enforce.
   *
   * @throws KernelException if it can't be read
   */
  Features features() throws KernelException;

  /**
   * Loads profiles, none of which may be there yet.
   *
   * @param policy binary policy of any number of profiles; not kept
   * @throws KernelException EPROTO or EPROTONOSUPPORT if the kernel can't read it, EEXIST if a
   *     profile is loaded already
   */
  void load(byte[] policy) throws KernelException;

  /**
   * Loads profiles, instead of those of the same names.
   *
   * @param policy binary policy of any number of profiles; not kept
   * @throws KernelException EPROTO or EPROTONOSUPPORT if the kernel can't read it
   */
  void replace(byte[] policy) throws KernelException;

  /**
   * Removes a profile and its children.
   *
   * @param name {@code name}, {@code parent//child}, {@code :ns:name}, or {@code :ns:} for a whole
   *     namespace
   * @throws KernelException ENOENT if there is none
   */
  void remove(String name) throws KernelException;

  /** Returns the profiles, the newest first, each followed by its children. */
  List<LoadedProfile> profiles() throws KernelException;

  /**
   * Returns what the kernel would do if a task confined by a profile did something.
   *
   * @param profile name as in {@link #profiles}
   * @param access what it does
   * @return a decision without rules: kernels don't know them
   * @throws KernelException ENOENT if there is no such profile
   */
  Decision query(String profile, Access access) throws KernelException;
}
