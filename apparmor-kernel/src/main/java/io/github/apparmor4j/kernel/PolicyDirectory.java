package io.github.apparmor4j.kernel;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.files.BoundedFiles;
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
 * A directory of files whose profiles are kept enforced, as an agent on a machine does it: each
 * {@link #sync()} puts right what has changed in the files or in the kernel.
 *
 * <pre>{@code
 * try (PolicyDirectory directory =
 *     PolicyDirectory.builder(kernel, Path.of("/profiles")).state(Path.of("/var/lib/x")).open()) {
 *   directory.watch(status -> System.out.println("ready: " + status.isReady()));
 *   new CountDownLatch(1).await(); // until the process ends
 * }
 * }</pre>
 *
 * <ul>
 *   <li>If a file can't be read, compiled or loaded, what it had loaded before stays enforced.
 *   <li>Profiles that someone else loaded are never removed, and replaced only if they took the
 *       place of ours.
 *   <li>Profiles whose file is gone stay loaded, for the tasks that they confine; {@link
 *       Builder#prune} and {@link #removeAll} remove them.
 *   <li>Kubernetes changes all files of a mounted ConfigMap at once, through a link {@code ..data};
 *       that is read as one change.
 * </ul>
 *
 * <p>A file is compiled again when its own text changes, but not when a file that it includes does.
 * Thread-safe.
 */
public final class PolicyDirectory implements AutoCloseable {

  /** How long to wait for further changes, so that many in a row lead to one look. */
  private static final Duration SETTLING = Duration.ofMillis(200);

  /** What became of a file. */
  public enum State {
    /** The kernel has the file's profiles as they are written. */
    ENFORCED,
    /** The file can't be read or compiled, or another file has one of its profiles, too. */
    INVALID,
    /** The kernel refused the file's profiles, or someone else has loaded one of them. */
    REFUSED
  }

  /**
   * A file of the directory.
   *
   * @param name its name in the directory
   * @param state what became of it
   * @param profiles the names of the profiles that are kept enforced. If the file is not {@code
   *     ENFORCED}, they are those of an earlier text, if there was one
   * @param diagnostics what was found in its text
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
   * @param generation 16 hexadecimal digits that tell this content of the directory from others;
   *     empty before the first look
   * @param files the files, sorted by name
   * @param leftOver our profiles that are still loaded, but in no file any more
   * @param loads how many policies were loaded or replaced since this was opened
   * @param removals how many profiles were removed since then
   * @param problem why the look as a whole failed; empty if it didn't
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

    /** Returns whether all files of the directory are enforced. */
    public boolean isReady() {
      return problem.isEmpty() && files.stream().allMatch(file -> file.state() == State.ENFORCED);
    }
  }

  /** Collects the settings of a directory. Not thread-safe. */
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
     * Sets the file that records which profiles are ours. Until the directory is closed, no other
     * can be opened with that file. Without one, profiles that an earlier process loaded count as
     * someone else's: they are left alone, and a file that has other versions of them is refused.
     */
    public Builder state(Path file) {
      state = file;
      return this;
    }

    /**
     * Adds a directory to search for included files, after those that were added before. If none is
     * added, no included file is found; never is one outside of these directories ({@link
     * io.github.apparmor4j.resolve.IncludeResolver#within}).
     */
    public Builder include(Path from) {
      includes.add(from);
      return this;
    }

    /**
     * Sets a function that compiles, instead of a compiler for the kernel's features and with the
     * directories of {@link #include}.
     */
    public Builder compiler(Function<SourceText, Compilation> function) {
      compiler = function;
      return this;
    }

    /**
     * Sets whether to remove our profiles that no file has any more; {@code false} by default. They
     * are removed only while all files are enforced. Tasks that they confine are unconfined from
     * then on.
     */
    public Builder prune(boolean remove) {
      prune = remove;
      return this;
    }

    /**
     * Sets the longest time between two looks while the directory is {@linkplain #watch watched};
     * 30 seconds by default.
     *
     * @throws IllegalArgumentException if the interval is shorter than a millisecond
     */
    public Builder interval(Duration most) {
      if (most.toMillis() <= 0) {
        throw new IllegalArgumentException("not a valid interval: " + most);
      }
      interval = most;
      return this;
    }

    Builder boot(String id) {
      boot = id;
      return this;
    }

    /**
     * Returns the directory. Its files are first looked at by {@link PolicyDirectory#sync()} or
     * {@link PolicyDirectory#watch}.
     *
     * @throws IOException if the state file can't be read, has another format or is in use, or if
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

  /** Returns a builder for a kernel and a directory, which need not exist yet. */
  public static Builder builder(AppArmorKernel kernel, Path directory) {
    return new Builder(kernel, directory);
  }

  private static String bootId() throws IOException {
    Path id = Path.of("/proc/sys/kernel/random/boot_id");
    return Files.exists(id)
        ? SourceText.decode(BoundedFiles.read(id, KernelFile.MOST_BYTES)).strip()
        : "unknown";
  }

  /** Returns what the last {@link #sync()} found. */
  public synchronized Status status() {
    return status;
  }

  // ---- one look

  /**
   * Makes the kernel's profiles what the directory's files say, and returns what was found and
   * done. A failure to compile or load one file is that file's problem; the others are enforced all
   * the same.
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

  /** Records a look that failed and tells the listener, which may be what failed. */
  private void failed(Throwable e, Consumer<Status> listener) {
    failed(e);
    try {
      listener.accept(status());
    } catch (RuntimeException | Error again) {
      failed(again);
    }
  }

  private Status status(
      String generation, List<PolicyFile> results, Set<String> leftOver, String problem) {
    return new Status(
        generation, results, leftOver, reconciler.loads(), reconciler.removals(), problem);
  }

  /** Enforces what was loaded last, while the directory can't be read. */
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

  /** Returns our profiles that are still loaded, but in no file any more. */
  private Set<String> leftOver(Set<String> there) throws KernelException {
    Set<String> named = policies.names();
    // A file that can't be compiled may still have what it had before this was opened.
    return owned.leftOver(
        name ->
            named.contains(name)
                || (there.contains(owned.file(name))
                    && !policies.lastGood().containsKey(owned.file(name))));
  }

  /**
   * Removes all profiles that are ours and still as we loaded them, and no others. Tasks that they
   * confine are unconfined from then on. The next {@link #sync()} loads them again.
   *
   * @return the names of the removed profiles
   * @throws IOException if the kernel refuses, or the state file can't be written
   */
  public synchronized Set<String> removeAll() throws IOException {
    Set<String> names = owned.leftOver(name -> false);
    reconciler.remove(names);
    return names;
  }

  // ---- the watch

  /**
   * Starts a thread that calls {@link #sync()} at once, whenever the directory or the kernel's
   * policy changes, and after each interval, until this is closed.
   *
   * @param listener called by that thread with the result of each look, also of one that failed
   * @throws IllegalStateException if the directory is being watched already
   */
  public synchronized void watch(Consumer<Status> listener) {
    if (watch != null) {
      throw new IllegalStateException("is being watched already");
    }
    watch =
        new Watch(
                "apparmor-policy-directory",
                interval,
                SETTLING,
                () -> listener.accept(sync()),
                e -> failed(e, listener))
            .onPolicyOf(kernel, SETTLING)
            .on("files", changed -> files.awaitChanges(interval, changed))
            .start();
  }

  /**
   * Ends the watch and releases the state file. Loaded profiles stay loaded.
   *
   * @throws IOException if the state file's lock can't be released
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
