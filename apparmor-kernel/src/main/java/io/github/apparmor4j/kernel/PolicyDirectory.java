package io.github.apparmor4j.kernel;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.kernel.PolicyFiles.Read;
import io.github.apparmor4j.kernel.Reconciler.Refusal;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the profiles of a directory's files enforced, as an agent on a machine does: what changed
 * in the files or in the kernel is put right at each {@link #sync()}.
 *
 * <pre>{@code
 * try (PolicyDirectory directory =
 *     PolicyDirectory.builder(kernel, Path.of("/profiles")).state(Path.of("/var/lib/x")).open()) {
 *   directory.watch(status -> ready.set(status.isReady()));
 *   ...
 * }
 * }</pre>
 *
 * <ul>
 *   <li>A file that can't be read, compiled or loaded leaves what it had loaded before enforced.
 *   <li>Profiles that someone else loaded are never replaced or removed, unless these were ours.
 *   <li>Profiles whose file is gone stay loaded, for tasks that they confine, unless {@link
 *       Builder#prune} or {@link #removeAll} says otherwise.
 *   <li>Kubernetes' way to change all files of a mounted ConfigMap at once, a link {@code ..data},
 *       is read as one change.
 * </ul>
 *
 * <p>A file is compiled again when its own text changes; a change of what it includes doesn't
 * count. Thread-safe.
 */
public final class PolicyDirectory implements AutoCloseable {

  /** So that a change of many files, or of the kernel's policy in many steps, is looked at once. */
  private static final Duration SETTLING = Duration.ofMillis(200);

  /** What became of a file. */
  public enum State {
    /** The kernel has its profiles as they are written. */
    ENFORCED,
    /** It can't be read or compiled. */
    INVALID,
    /** The kernel didn't take it, or its profiles belong to someone else. */
    REFUSED
  }

  /**
   * A file of the directory.
   *
   * @param name in the directory
   * @param state what became of it
   * @param profiles names of the profiles that are kept enforced; of an earlier text, if this one
   *     is not {@code ENFORCED} and there was one
   * @param diagnostics of its text
   * @param problem why it isn't enforced, in one line; empty if it is
   */
  public record PolicyFile(
      String name,
      State state,
      List<String> profiles,
      List<Diagnostic> diagnostics,
      String problem) {

    /** Copies the lists. */
    public PolicyFile {
      profiles = List.copyOf(profiles);
      diagnostics = List.copyOf(diagnostics);
    }
  }

  /**
   * What was found and done at a {@link #sync()}.
   *
   * @param generation tells this content of the directory from others: 16 hexadecimal digits
   * @param files by name
   * @param leftOver profiles of ours that no file has any more, and that are loaded still
   * @param loads how many policies were loaded or replaced since this was opened
   * @param removals how many profiles were removed since then
   * @param problem why the directory couldn't be looked at as a whole; empty if it could
   */
  public record Status(
      String generation,
      List<PolicyFile> files,
      Set<String> leftOver,
      long loads,
      long removals,
      String problem) {

    /** Copies the lists. */
    public Status {
      files = List.copyOf(files);
      leftOver = Set.copyOf(leftOver);
    }

    /** Returns whether all that the directory has is enforced. */
    public boolean isReady() {
      return problem.isEmpty() && files.stream().allMatch(file -> file.state() == State.ENFORCED);
    }
  }

  /** Collects what a directory is kept with; not thread-safe. */
  public static final class Builder {
    private final AppArmorKernel kernel;
    private final Path directory;
    private final List<Path> includes = new ArrayList<>();
    private @Nullable Function<SourceText, Compilation> compiler;
    private @Nullable Path state;
    private boolean prune;
    private Duration interval = Duration.ofSeconds(30);
    private @Nullable String boot;

    private Builder(AppArmorKernel kernel, Path directory) {
      this.kernel = Objects.requireNonNull(kernel, "kernel");
      this.directory = Objects.requireNonNull(directory, "directory");
    }

    /**
     * Remembers in a file which profiles are ours; until this is closed, no other can be opened
     * with it. Without, those of an earlier process are taken for someone else's: left alone, and
     * refused unless they are what the directory has.
     */
    public Builder state(Path file) {
      state = file;
      return this;
    }

    /** Looks for included files in a directory, after those that were named before. */
    public Builder include(Path from) {
      includes.add(from);
      return this;
    }

    /** Compiles by a function of its own, instead of for the kernel's features. */
    public Builder compiler(Function<SourceText, Compilation> function) {
      compiler = function;
      return this;
    }

    /**
     * Removes profiles of ours that no file has any more, at looks at which all files are enforced.
     * Tasks that they confine are unconfined from then on.
     */
    public Builder prune(boolean remove) {
      prune = remove;
      return this;
    }

    /** Looks at least so often while it {@linkplain #watch watches}; half a minute if unsaid. */
    public Builder interval(Duration most) {
      if (most.toMillis() <= 0) {
        throw new IllegalArgumentException("no interval: " + most);
      }
      interval = most;
      return this;
    }

    Builder boot(String id) {
      boot = id;
      return this;
    }

    /**
     * Returns the directory, at which nothing has looked yet.
     *
     * @throws IOException if the state can't be read, is of another format or in use by another, or
     *     the kernel can't be asked
     */
    public PolicyDirectory open() throws IOException {
      return new PolicyDirectory(this);
    }
  }

  private final AppArmorKernel kernel;
  private final PolicyFiles files;
  private final WantedPolicies policies;
  private final boolean prune;
  private final Duration interval;
  private final OwnedProfiles owned;
  private final Reconciler<IOException> reconciler;

  private Status status;
  private @Nullable Watch watch;

  private PolicyDirectory(Builder builder) throws IOException {
    this.kernel = builder.kernel;
    this.files = new PolicyFiles(builder.directory);
    this.prune = builder.prune;
    this.interval = builder.interval;
    this.policies =
        new WantedPolicies(
            builder.compiler == null
                ? WantedPolicies.compiler(kernel.features(), builder.includes)
                : builder.compiler);
    this.owned =
        new OwnedProfiles(
            builder.state,
            builder.boot == null || builder.boot.isEmpty() ? bootId() : builder.boot,
            kernel);
    this.reconciler = new Reconciler<>(kernel, owned);
    this.status = new Status("", List.of(), Set.of(), 0, 0, "not looked at yet");
  }

  /** Returns a builder for a kernel and a directory, which needn't be there yet. */
  public static Builder builder(AppArmorKernel kernel, Path directory) {
    return new Builder(kernel, directory);
  }

  private static String bootId() throws IOException {
    Path id = Path.of("/proc/sys/kernel/random/boot_id");
    return Files.exists(id) ? Files.readString(id).strip() : "unknown";
  }

  /** Returns what the last {@link #sync()} found. */
  public synchronized Status status() {
    return status;
  }

  // ---- one look

  /**
   * Puts right what isn't as the directory has it, and says what it couldn't do. Whatever is thrown
   * by compiling or loading a file is that file's problem, and the others are enforced.
   */
  public synchronized Status sync() {
    String problem = "";
    Map<String, Read> read = null;
    try {
      read = files.read();
    } catch (IOException | RuntimeException e) {
      problem = "the directory can't be read: " + e;
    }
    try {
      status = read == null ? restored(problem) : enforced(read);
    } catch (IOException e) {
      failed(e);
    }
    return status;
  }

  private synchronized void failed(Throwable e) {
    status = status(status.generation(), status.files(), status.leftOver(), Failures.text(e));
  }

  private Status status(
      String generation, List<PolicyFile> results, Set<String> leftOver, String problem) {
    return new Status(
        generation, results, leftOver, reconciler.loads(), reconciler.removals(), problem);
  }

  /** Enforces what there was when the directory could be read. */
  private Status restored(String problem) throws IOException {
    Map<String, Refusal> refused = reconciler.reconcile(policies.lastGood()).refused();
    List<PolicyFile> results =
        status.files().stream()
            .map(
                file ->
                    refused.containsKey(file.name())
                        ? file(file.name(), null, refused.get(file.name()))
                        : file)
            .toList();
    return status(status.generation(), results, status.leftOver(), problem);
  }

  private Status enforced(Map<String, Read> read) throws IOException {
    Map<String, CompiledPolicy> wanted = policies.wanted(read);
    Map<String, Refusal> refused = reconciler.reconcile(wanted).refused();
    wanted.forEach(
        (name, policy) -> {
          if (!refused.containsKey(name)) {
            policies.loaded(name, policy);
          }
        });
    List<PolicyFile> results = new ArrayList<>();
    for (String name : read.keySet()) {
      results.add(file(name, policies.problem(name), refused.get(name)));
    }
    Set<String> leftOver = leftOver(read.keySet());
    boolean all = results.stream().allMatch(file -> file.state() == State.ENFORCED);
    if (prune && all && !leftOver.isEmpty()) {
      reconciler.remove(leftOver);
      leftOver = Set.of();
    }
    return status(generation(read), results, leftOver, "");
  }

  private static String generation(Map<String, Read> read) {
    StringBuilder content = new StringBuilder();
    read.forEach(
        (name, file) -> {
          SourceText text = file.text();
          content.append(name).append('\0');
          content.append(text == null ? "" : text.text()).append('\0');
        });
    return OwnedProfiles.hash(SourceText.encode(content.toString())).substring(0, 16);
  }

  private PolicyFile file(String name, @Nullable String invalid, @Nullable Refusal refusal) {
    String refused = refusal == null ? "" : refusal.reason();
    return new PolicyFile(
        name,
        invalid != null ? State.INVALID : refusal != null ? State.REFUSED : State.ENFORCED,
        policies.profiles(name),
        policies.diagnostics(name),
        invalid == null ? refused : invalid);
  }

  /** Returns what is ours, loaded still, and in no file any more. */
  private Set<String> leftOver(Set<String> there) throws KernelException {
    Set<String> named = policies.names();
    // What a file had before this was opened may be in it still, if it can't be compiled.
    return owned.leftOver(
        name ->
            named.contains(name)
                || (there.contains(owned.file(name))
                    && !policies.lastGood().containsKey(owned.file(name))));
  }

  /**
   * Removes all profiles that are ours and as we loaded them, and no others. Tasks that they
   * confine are unconfined from then on. The next {@link #sync()} loads them again.
   *
   * @return their names
   * @throws IOException if the kernel refuses, or the state can't be written
   */
  public synchronized Set<String> removeAll() throws IOException {
    Set<String> names = owned.leftOver(name -> false);
    reconciler.remove(names);
    return names;
  }

  // ---- the watch

  /**
   * Has a thread look now, whenever the directory or the kernel's policy changes, and after each
   * interval, until this is closed.
   *
   * @param listener told of each look by that thread
   * @throws IllegalStateException if one looks already
   */
  public synchronized void watch(Consumer<Status> listener) {
    if (watch != null) {
      throw new IllegalStateException("is watched already");
    }
    watch =
        new Watch(
                "apparmor-policy-directory",
                interval,
                SETTLING,
                () -> listener.accept(sync()),
                this::failed)
            .onPolicyOf(kernel, SETTLING)
            .on("files", changed -> files.awaitChanges(interval, changed))
            .start();
  }

  /**
   * Ends the watch, and lets others have the state. What was loaded stays loaded.
   *
   * @throws IOException if the state's lock can't be given back
   */
  @Override
  public synchronized void close() throws IOException {
    if (watch != null) {
      watch.close();
      watch = null;
    }
    owned.close();
  }
}
