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
 * A directory of profiles such as {@code /etc/apparmor.d}: finds profiles, switches their modes in
 * their files, and brings them to a kernel.
 *
 * <pre>{@code
 * PolicyStore store = PolicyStore.of(Path.of("/etc/apparmor.d"));
 * StoreChange change = store.plan(Action.COMPLAIN, Scope.WITH_CHILDREN, store.find("man"));
 * change.apply();
 * store.load(kernel, store.find("man"));
 * }</pre>
 *
 * <p>Files directly in the directory are profiles; {@code disable/NAME} keeps a file from being
 * loaded, {@code force-complain/NAME} has it loaded in complain mode. Immutable and thread-safe;
 * nothing is kept between calls, each reads the files as they are.
 */
public final class PolicyStore {

  /** What {@link #plan} does to profiles. */
  public enum Action {
    /** Refuse what isn't allowed; enabled, if it was disabled. */
    ENFORCE,
    /** Log it only; enabled, if it was disabled. */
    COMPLAIN,
    /** Kill what tries. */
    KILL,
    /** Log what is allowed, too. */
    AUDIT,
    /** Don't. */
    NO_AUDIT,
    /** Not to be loaded: the whole file, whatever the scope. */
    DISABLE
  }

  /** Which profiles of a file are switched. */
  public enum Scope {
    /** The profile, none of its children. */
    PROFILE,
    /** The profile, its children and hats. */
    WITH_CHILDREN,
    /** All that stand in the profile's file. */
    FILE
  }

  /**
   * The profiles of all files that could be read.
   *
   * @param profiles by file, then in the order of the text
   * @param problems errors of the files' texts
   * @param unreadable failures to read files
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
   * @param file with profiles
   * @param outcome what was done
   * @param diagnostics of its text and compilation
   * @param failure of the kernel's or the file system's, if it was that
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
    /** The kernel holds them now. */
    LOADED,
    /** It held just the same before. */
    UP_TO_DATE,
    /** The file is disabled; the kernel holds none of them. */
    DISABLED,
    /** It holds what it held. */
    FAILED
  }

  /**
   * Names that belong to others, as far as is known of a host: those that container runtimes,
   * libvirt, LXC and snapd load on their own. Patterns of profile names.
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
   * Returns a store.
   *
   * @param directory of profiles, and of what they include
   */
  public static PolicyStore of(Path directory) {
    Objects.requireNonNull(directory, "directory");
    return new PolicyStore(new StoreFiles(directory, List.of()), null);
  }

  /** Returns this store, whose includes are looked for in other directories first. */
  public PolicyStore withIncludes(List<Path> first) {
    return new PolicyStore(new StoreFiles(files.directory(), first), cache);
  }

  /**
   * Returns this store, which compiles only what a cache doesn't have: with a directory, only what
   * has changed since the last boot.
   */
  public PolicyStore withCache(TableCache tables) {
    return new PolicyStore(files, tables);
  }

  // ---- what is there

  /** Returns the files with profiles, by name. */
  public List<Path> files() throws IOException {
    return files.list();
  }

  /** Returns all profiles; files with errors give those that could be read. */
  public Contents contents() throws IOException {
    return files.contents();
  }

  /**
   * Returns the profiles that a word means: those of a file, if it is the path or else the name of
   * one in the store; those of that name; those that attach to a program of that path, or to one of
   * that name in {@code PATH}: by equal text, else the first whose pattern matches.
   *
   * @return none if nothing fits
   */
  public List<StoredProfile> find(String word) throws IOException {
    return ProfileFinder.find(contents().profiles(), word);
  }

  // ---- changes of files

  /**
   * Returns what has to be done to switch profiles. A mode takes the place of the one that is
   * there; {@code ENFORCE} and {@code COMPLAIN} enable, and {@code ENFORCE} also removes {@code
   * force-complain/}'s link. Nothing else in the files changes.
   *
   * @param profiles of this store, as {@link #find} returns them
   * @throws PolicyStoreException if a file lies outside of the store, behind a link, or can't be
   *     edited
   */
  public StoreChange plan(Action action, Scope scope, Collection<StoredProfile> profiles)
      throws IOException {
    return new ChangePlanner(files).plan(action, scope, profiles);
  }

  // ---- the kernel's side

  /** Brings all files to a kernel, those that are disabled aside, as is done at boot. */
  public List<Loaded> loadAll(AppArmorKernel kernel) throws IOException {
    return loader().load(kernel, files());
  }

  /**
   * Brings the files of profiles to a kernel, as they are now: replaces what has changed, and
   * removes what is disabled.
   */
  public List<Loaded> load(AppArmorKernel kernel, Collection<StoredProfile> profiles)
      throws IOException {
    return loader().load(kernel, profiles.stream().map(StoredProfile::file).distinct().toList());
  }

  /**
   * Returns the loaded profiles that no enabled file of the store has, in this process's namespace,
   * without those whose parents go anyway.
   *
   * @param keep patterns of names that are somebody else's; see {@link #FOREIGN}
   * @throws PolicyStoreException if a file has errors: its profiles would seem unknown
   */
  public List<String> unknown(AppArmorKernel kernel, Collection<String> keep) throws IOException {
    return loader().unknown(kernel, keep);
  }

  private StoreLoader loader() {
    return new StoreLoader(files, cache);
  }
}
