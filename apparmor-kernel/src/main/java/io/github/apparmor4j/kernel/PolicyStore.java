package io.github.apparmor4j.kernel;

import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A directory of profiles such as {@code /etc/apparmor.d}: it finds profiles, switches their modes
 * in their files, and loads them into a kernel.
 *
 * <pre>{@code
 * PolicyStore store = PolicyStore.of(Path.of("/etc/apparmor.d"));
 * StoreChange change = store.plan(Action.COMPLAIN, Scope.WITH_CHILDREN, store.find("man"));
 * change.apply();
 * store.load(kernel, store.find("man"));
 * }</pre>
 *
 * <p>The files directly in the directory hold the profiles. A link {@code disable/NAME} keeps the
 * file of that name from being loaded; a link {@code force-complain/NAME} has it loaded in complain
 * mode. Immutable and thread-safe: nothing is kept between calls, and each call reads the files as
 * they are.
 */
public final class PolicyStore {

  /** What {@link #plan} does to profiles. */
  public enum Action {
    /** Refuse what isn't allowed; also enables a disabled file. */
    ENFORCE,
    /** Only log what isn't allowed; also enables a disabled file. */
    COMPLAIN,
    /** Kill tasks that try what isn't allowed. */
    KILL,
    /** Log also what is allowed. */
    AUDIT,
    /** Stop logging what is allowed. */
    NO_AUDIT,
    /** Keep the whole file from being loaded, whatever the scope. */
    DISABLE
  }

  /** Which profiles of a file are switched. */
  public enum Scope {
    /** The profile without its children. */
    PROFILE,
    /** The profile with its children and hats. */
    WITH_CHILDREN,
    /** All profiles in the profile's file. */
    FILE
  }

  /**
   * The profiles of all files that could be read.
   *
   * @param profiles the profiles, sorted by file, then in the order of the text
   * @param problems the errors in the files' texts
   * @param unreadable the failures to read files
   */
  public record Contents(
      List<StoredProfile> profiles, List<Diagnostic> problems, List<IOException> unreadable) {

    /** Copies the lists. */
    public Contents {
      profiles = List.copyOf(profiles);
      problems = List.copyOf(problems);
      unreadable = List.copyOf(unreadable);
    }
  }

  /**
   * What became of a file.
   *
   * @param file the file
   * @param outcome what was done
   * @param diagnostics what was found in its text and in compiling it
   * @param failure a failure of the kernel or the file system; {@code null} if there was none
   */
  public record Loaded(
      Path file, Outcome outcome, List<Diagnostic> diagnostics, @Nullable IOException failure) {

    /** Copies the list. */
    public Loaded {
      diagnostics = List.copyOf(diagnostics);
    }
  }

  /** What became of a file's profiles. */
  public enum Outcome {
    /** They were loaded: the kernel holds them now. */
    LOADED,
    /** The kernel held the same profiles before. */
    UP_TO_DATE,
    /** The file is disabled; the kernel holds none of its profiles. */
    DISABLED,
    /** They couldn't be loaded or removed; the kernel holds what it held before. */
    FAILED
  }

  /**
   * Patterns of the names of profiles that belong to others, as far as is known: those that
   * container runtimes, libvirt, LXC and snapd load by themselves.
   */
  public static final List<String> FOREIGN =
      List.of(
          "docker-default",
          "cri-containerd.apparmor.d",
          "nerdctl-default",
          "crio-default*",
          "containers-default-*",
          "libvirt-*",
          "lxc-*",
          "lxd-*",
          "incus-*",
          "snap.*",
          "snap-confine*",
          "snap-update-ns.*",
          "/snap/**",
          "/usr/lib/snapd/**");

  private final StoreFiles files;
  private final @Nullable TableCache cache;

  private PolicyStore(StoreFiles files, @Nullable TableCache cache) {
    this.files = files;
    this.cache = cache;
  }

  /**
   * Returns the store in a directory.
   *
   * @param directory the directory of the profiles and of the files that they include
   */
  public static PolicyStore of(Path directory) {
    Objects.requireNonNull(directory, "directory");
    return new PolicyStore(new StoreFiles(directory, List.of()), null);
  }

  /**
   * Returns this store with other directories that are searched for included files before its own.
   */
  public PolicyStore withIncludes(List<Path> first) {
    return new PolicyStore(new StoreFiles(files.directory(), first), cache);
  }

  /**
   * Returns this store with a cache, so that it compiles only what the cache doesn't have. If the
   * cache has a directory, that is only what has changed since the last boot.
   */
  public PolicyStore withCache(TableCache tables) {
    return new PolicyStore(files, tables);
  }

  // ---- what is there

  /** Returns the files with profiles, sorted by name. */
  public List<Path> files() throws IOException {
    return files.list();
  }

  /** Returns all profiles; of a file with errors, those that could be read. */
  public Contents contents() throws IOException {
    return files.contents();
  }

  /**
   * Returns the profiles that a word means. These meanings are tried in turn, until one gives
   * profiles:
   *
   * <ul>
   *   <li>the path of a file of the store: its profiles, without children
   *   <li>the name of a profile; of several files with one of that name, those that are not
   *       disabled
   *   <li>the path of a program, or its name in {@code PATH}: the profiles that attach to just that
   *       path, or else the first with a pattern that matches it
   *   <li>the name of a file in the store: its profiles, without children
   * </ul>
   *
   * @return the profiles; empty if nothing fits
   */
  public List<StoredProfile> find(String word) throws IOException {
    return ProfileFinder.find(contents().profiles(), word);
  }

  // ---- changes of files

  /**
   * Returns the change that switches profiles. A new mode replaces the present one. {@code ENFORCE}
   * and {@code COMPLAIN} also enable disabled files, and {@code ENFORCE} also removes links in
   * {@code force-complain/}. Nothing else in the files changes.
   *
   * @param profiles of this store, as {@link #find} returns them
   * @throws PolicyStoreException if a file is to be edited that a link leads to outside of the
   *     store, or that can't be edited
   */
  public StoreChange plan(Action action, Scope scope, Collection<StoredProfile> profiles)
      throws IOException {
    return new ChangePlanner(files).plan(action, scope, profiles);
  }

  // ---- the kernel's side

  /**
   * Loads all enabled files into a kernel, as is done at boot, and removes the profiles of disabled
   * ones.
   */
  public List<Loaded> loadAll(AppArmorKernel kernel) throws IOException {
    return loader().load(kernel, files());
  }

  /**
   * Loads the files of the given profiles into a kernel, as they are now: replaces what has
   * changed, and removes the profiles of disabled files.
   */
  public List<Loaded> load(AppArmorKernel kernel, Collection<StoredProfile> profiles)
      throws IOException {
    return loader().load(kernel, profiles.stream().map(StoredProfile::file).distinct().toList());
  }

  /**
   * Returns the names of the loaded profiles that are in no enabled file of the store, sorted. Only
   * this process's namespace counts, and children are left out if their parents are in the list.
   *
   * @param keep patterns of the names of profiles that belong to others and are left out; see
   *     {@link #FOREIGN}
   * @throws PolicyStoreException if a file has errors: its profiles would seem unknown
   */
  public List<String> unknown(AppArmorKernel kernel, Collection<String> keep) throws IOException {
    return loader().unknown(kernel, keep);
  }

  private StoreLoader loader() {
    return new StoreLoader(files, cache);
  }
}
