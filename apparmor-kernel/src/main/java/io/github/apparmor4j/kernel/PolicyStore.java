package io.github.apparmor4j.kernel;

import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.kernel.PolicyStoreException.Reason;
import io.github.apparmor4j.parse.ProfileEditor;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
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

  private static final String DISABLE = "disable";
  private static final String FORCE_COMPLAIN = "force-complain";

  private final Path directory;
  private final List<Path> includes;
  private final @Nullable TableCache cache;

  private PolicyStore(Path directory, List<Path> includes, @Nullable TableCache cache) {
    this.directory = directory;
    this.includes = includes;
    this.cache = cache;
  }

  /**
   * Returns a store.
   *
   * @param directory of profiles, and of what they include
   */
  public static PolicyStore of(Path directory) {
    return new PolicyStore(Objects.requireNonNull(directory, "directory"), List.of(), null);
  }

  /** Returns this store, whose includes are looked for in other directories first. */
  public PolicyStore withIncludes(List<Path> first) {
    return new PolicyStore(directory, List.copyOf(first), cache);
  }

  /**
   * Returns this store, which compiles only what a cache doesn't have: with a directory, only what
   * has changed since the last boot.
   */
  public PolicyStore withCache(TableCache tables) {
    return new PolicyStore(directory, includes, tables);
  }

  // ---- what is there

  /** Returns the files with profiles, by name. */
  public List<Path> files() throws IOException {
    return ProfileDirectory.files(directory);
  }

  /** Returns all profiles; files with errors give those that could be read. */
  public Contents contents() throws IOException {
    Resolver resolver = resolver();
    List<StoredProfile> profiles = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    List<IOException> unreadable = new ArrayList<>();
    for (Path file : files()) {
      try {
        Resolution resolution = resolve(file, resolver);
        resolution.diagnostics().stream().filter(Diagnostic::isError).forEach(problems::add);
        profiles.addAll(profiles(file, resolution));
      } catch (IOException e) {
        unreadable.add(e);
      }
    }
    return new Contents(profiles, problems, unreadable);
  }

  /**
   * Returns the profiles that a word means: those of a file, if it is the path or else the name of
   * one in the store; those of that name; those that attach to a program of that path, or to one of
   * that name in {@code PATH}: by equal text, else the first whose pattern matches.
   *
   * @return none if nothing fits
   */
  public List<StoredProfile> find(String word) throws IOException {
    List<StoredProfile> all = contents().profiles();
    Path path = Path.of(word);
    if (word.contains("/") && Files.exists(path)) {
      Path real = path.toRealPath();
      List<StoredProfile> inFile = some(all, one -> !one.isChild() && isFile(one, real));
      if (!inFile.isEmpty()) {
        return inFile;
      }
    }
    List<StoredProfile> named =
        some(all, one -> one.name().equals(word) || one.writtenName().equals(word));
    if (!named.isEmpty()) {
      return named;
    }
    List<StoredProfile> attached = attached(all, word.startsWith("/") ? path : inPath(word));
    return attached.isEmpty()
        ? some(all, one -> !one.isChild() && String.valueOf(one.file().getFileName()).equals(word))
        : attached;
  }

  private static List<StoredProfile> some(
      Collection<StoredProfile> all, Predicate<StoredProfile> which) {
    return all.stream().filter(which).toList();
  }

  private static boolean isFile(StoredProfile profile, Path real) {
    try {
      return profile.file().toRealPath().equals(real);
    } catch (IOException e) {
      return false;
    }
  }

  private static List<StoredProfile> attached(List<StoredProfile> all, @Nullable Path program) {
    if (program == null) {
      return List.of();
    }
    Set<String> names = new TreeSet<>(Set.of(program.toString()));
    try {
      names.add(program.toRealPath().toString());
    } catch (IOException e) {
      // A program that isn't there may have a profile all the same.
    }
    List<StoredProfile> own = some(all, one -> !one.isChild());
    List<StoredProfile> exact =
        some(own, one -> one.attachments().stream().anyMatch(names::contains));
    return exact.isEmpty()
        ? own.stream()
            .filter(one -> names.stream().anyMatch(n -> matches(one, n)))
            .limit(1)
            .toList()
        : exact;
  }

  private static boolean matches(StoredProfile profile, String program) {
    return profile.attachments().stream()
        .anyMatch(pattern -> matches(Aare::path, pattern, program));
  }

  private static boolean matches(Function<String, Aare> kind, String pattern, String text) {
    try {
      return kind.apply(pattern).matches(text);
    } catch (GlobSyntaxException e) {
      return false;
    }
  }

  private static @Nullable Path inPath(String program) {
    return Stream.of(
            Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
        .map(entry -> Path.of(entry, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
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
    Map<Path, List<StoredProfile>> byFile = new LinkedHashMap<>();
    Set<Path> removed = new LinkedHashSet<>();
    Set<StoreChange.Link> made = new LinkedHashSet<>();
    boolean enables = action == Action.ENFORCE || action == Action.COMPLAIN;
    for (StoredProfile profile : profiles) {
      Path disable = link(DISABLE, profile.file());
      Path force = link(FORCE_COMPLAIN, profile.file());
      if (action != Action.DISABLE) {
        byFile.computeIfAbsent(inside(profile.file()), file -> new ArrayList<>()).add(profile);
      } else if (!isThere(disable)) {
        made.add(new StoreChange.Link(disable, profile.file().toAbsolutePath()));
      }
      if (enables && isThere(disable)) {
        removed.add(disable);
      }
      if (action == Action.ENFORCE && isThere(force)) {
        removed.add(force);
      }
    }
    List<StoreChange.Edit> edits = new ArrayList<>();
    for (Map.Entry<Path, List<StoredProfile>> each : byFile.entrySet()) {
      StoreChange.Edit edit = edit(action, scope, each.getKey(), each.getValue());
      if (edit != null) {
        edits.add(edit);
      }
    }
    return new StoreChange(edits, List.copyOf(removed), List.copyOf(made));
  }

  private Path link(String kind, Path file) {
    return directory.resolve(kind).resolve(file.getFileName());
  }

  /** Returns whether a link is there, wherever it leads. */
  private static boolean isThere(Path link) {
    return Files.exists(link, LinkOption.NOFOLLOW_LINKS);
  }

  private Path inside(Path file) throws IOException {
    Path real = file.toRealPath();
    if (!real.startsWith(directory.toRealPath())) {
      throw new PolicyStoreException(Reason.OUTSIDE, file, "it is a link to " + real);
    }
    return real;
  }

  private StoreChange.@Nullable Edit edit(
      Action action, Scope scope, Path file, List<StoredProfile> profiles) throws IOException {
    SourceText text = SourceText.read(file);
    ProfileEditor editor = ProfileEditor.of(text);
    try {
      for (StoredProfile one : profiles(file, resolver().resolve(editor.result()))) {
        if (scope == Scope.FILE || profiles.stream().anyMatch(in(scope, one))) {
          editor = switched(editor, one.writtenName(), action);
        }
      }
    } catch (NoSuchElementException | IllegalStateException e) {
      throw new PolicyStoreException(Reason.NOT_EDITABLE, file, String.valueOf(e.getMessage()));
    }
    return editor.text().equals(text.text())
        ? null
        : new StoreChange.Edit(file, text.text(), editor.text());
  }

  private static Predicate<StoredProfile> in(Scope scope, StoredProfile one) {
    return meant ->
        scope == Scope.PROFILE
            ? one.writtenName().equals(meant.writtenName())
            : one.writtenName().equals(meant.writtenName())
                || one.writtenName().startsWith(meant.writtenName() + "//");
  }

  private static ProfileEditor switched(ProfileEditor editor, String name, Action action) {
    return switch (action) {
      case ENFORCE -> editor.setMode(name, ProfileFlag.Kind.ENFORCE);
      case COMPLAIN -> editor.setMode(name, ProfileFlag.Kind.COMPLAIN);
      case KILL -> editor.setMode(name, ProfileFlag.Kind.KILL);
      case AUDIT -> editor.setFlag(name, ProfileFlag.of(ProfileFlag.Kind.AUDIT));
      case NO_AUDIT -> editor.dropFlag(name, ProfileFlag.Kind.AUDIT);
      case DISABLE -> editor;
    };
  }

  // ---- the kernel's side

  /** Brings all files to a kernel, those that are disabled aside, as is done at boot. */
  public List<Loaded> loadAll(AppArmorKernel kernel) throws IOException {
    return loadFiles(kernel, files());
  }

  /**
   * Brings the files of profiles to a kernel, as they are now: replaces what has changed, and
   * removes what is disabled.
   */
  public List<Loaded> load(AppArmorKernel kernel, Collection<StoredProfile> profiles)
      throws IOException {
    return loadFiles(kernel, profiles.stream().map(StoredProfile::file).distinct().toList());
  }

  private List<Loaded> loadFiles(AppArmorKernel kernel, List<Path> files) throws IOException {
    Resolver resolver = resolver();
    PolicyCompiler compiler = compiler(kernel.features());
    BatchCompiler batch =
        BatchCompiler.of(text -> compiler.compile(resolver.resolve(ProfileParser.parse(text))));
    Map<Path, Loaded> loaded = new HashMap<>();
    List<Path> enabled = new ArrayList<>();
    for (Path file : files) {
      if (isThere(link(DISABLE, file))) {
        loaded.put(file, unload(kernel, file, resolver));
      } else {
        enabled.add(file);
      }
    }
    try {
      batch.compile(
          enabled,
          result -> {
            loaded.put(result.file(), load(kernel, result));
            return true;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while profiles were compiled");
    }
    return files.stream().map(loaded::get).map(Objects::requireNonNull).toList();
  }

  private PolicyCompiler compiler(Features features) {
    PolicyCompiler compiler = PolicyCompiler.forKernel(features);
    return cache == null ? compiler : compiler.withCache(cache);
  }

  private static Loaded unload(AppArmorKernel kernel, Path file, Resolver resolver) {
    List<Diagnostic> diagnostics = List.of();
    try {
      Resolution resolution = resolve(file, resolver);
      diagnostics = resolution.diagnostics();
      for (ResolvedProfile profile : resolution.profiles()) {
        removeIfThere(kernel, name(profile));
      }
      return new Loaded(file, Outcome.DISABLED, diagnostics, null);
    } catch (IOException e) {
      return new Loaded(file, Outcome.FAILED, diagnostics, e);
    }
  }

  private Loaded load(AppArmorKernel kernel, BatchCompiler.Result result) {
    Path file = result.file();
    List<Diagnostic> diagnostics = result.compilation().diagnostics();
    if (!result.compilation().isOk()) {
      IOException failure = result.failure() instanceof IOException e ? e : null;
      return new Loaded(file, Outcome.FAILED, diagnostics, failure);
    }
    try {
      CompiledPolicy policy = result.compilation().orThrow();
      if (isThere(link(FORCE_COMPLAIN, file))) {
        policy = policy.complaining();
      }
      boolean any = !policy.profiles().isEmpty() && kernel.update(policy);
      return new Loaded(file, any ? Outcome.LOADED : Outcome.UP_TO_DATE, diagnostics, null);
    } catch (IOException e) {
      return new Loaded(file, Outcome.FAILED, diagnostics, e);
    }
  }

  private static void removeIfThere(AppArmorKernel kernel, String name) throws KernelException {
    try {
      kernel.remove(name);
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /**
   * Returns the loaded profiles that no enabled file of the store has, in this process's namespace,
   * without those whose parents go anyway.
   *
   * @param keep patterns of names that are somebody else's; see {@link #FOREIGN}
   * @throws PolicyStoreException if a file has errors: its profiles would seem unknown
   */
  public List<String> unknown(AppArmorKernel kernel, Collection<String> keep) throws IOException {
    Resolver resolver = resolver();
    Set<String> known = new HashSet<>();
    for (Path file : files()) {
      if (isThere(link(DISABLE, file))) {
        continue;
      }
      Resolution resolution = resolve(file, resolver);
      for (Diagnostic diagnostic : resolution.diagnostics()) {
        if (diagnostic.isError()) {
          throw new PolicyStoreException(Reason.UNREADABLE, file, diagnostic.toString());
        }
      }
      resolution.allProfiles().forEach(profile -> known.add(name(profile)));
    }
    List<String> unknown = new ArrayList<>();
    for (LoadedProfile loaded :
        kernel.profiles().stream().sorted(Comparator.comparing(LoadedProfile::name)).toList()) {
      String name = loaded.name();
      boolean foreign = name.startsWith(":") || keep.stream().anyMatch(k -> isOrIsBelow(k, name));
      boolean goesAnyway = unknown.stream().anyMatch(parent -> name.startsWith(parent + "//"));
      if (!foreign && !goesAnyway && !known.contains(name)) {
        unknown.add(name);
      }
    }
    return unknown;
  }

  /** Returns whether a pattern matches a name or that of the profile that it is a child of. */
  private static boolean isOrIsBelow(String pattern, String name) {
    int child = name.indexOf("//", 1);
    return matches(Aare::label, pattern, child < 0 ? name : name.substring(0, child));
  }

  // ---- reading

  private Resolver resolver() {
    List<Path> directories = new ArrayList<>(includes);
    directories.add(directory);
    return Resolver.of(IncludeResolver.directories(directories.toArray(Path[]::new)));
  }

  private static Resolution resolve(Path file, Resolver resolver) throws IOException {
    return resolver.resolve(ProfileParser.parse(SourceText.read(file)));
  }

  private List<StoredProfile> profiles(Path file, Resolution resolution) {
    boolean disabled = isThere(link(DISABLE, file));
    boolean forced = isThere(link(FORCE_COMPLAIN, file));
    List<StoredProfile> all = new ArrayList<>();
    for (ResolvedProfile each : resolution.profiles()) {
      add(file, "", each, disabled, forced, all);
    }
    return all;
  }

  private static void add(
      Path file,
      String prefix,
      ResolvedProfile one,
      boolean disabled,
      boolean forced,
      List<StoredProfile> to) {
    String written = prefix + one.profile().name();
    to.add(
        new StoredProfile(
            file, name(one), written, one.attachments(), one.profile(), disabled, forced));
    for (ResolvedProfile child : one.children()) {
      add(file, written + "//", child, disabled, forced, to);
    }
  }

  private static String name(ResolvedProfile profile) {
    return profile.profileName().toString();
  }
}
