package io.github.apparmor4j.kernel;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
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

  private static final int MOST_FILES = 10_000;
  private static final long LONGEST = 16 << 20;
  private static final int TRIES = 10;

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

  /** What was read of a file: a text, or why there is none. */
  private record Read(@Nullable SourceText text, String problem) {}

  /** What a text was compiled to; {@code null} for one with errors. */
  private record Compiled(
      SourceText text, @Nullable CompiledPolicy policy, List<Diagnostic> found, String problem) {}

  private final AppArmorKernel kernel;
  private final Path directory;
  private final Function<SourceText, Compilation> compiler;
  private final boolean prune;
  private final Duration interval;
  private final OwnedProfiles owned;

  private final Map<String, Compiled> compiled = new HashMap<>();
  private final Map<String, CompiledPolicy> lastGood = new TreeMap<>();
  private Status status;
  private long loads;
  private long removals;
  private List<Thread> watchers = List.of();

  private PolicyDirectory(Builder builder) throws IOException {
    this.kernel = builder.kernel;
    this.directory = builder.directory.toAbsolutePath();
    this.prune = builder.prune;
    this.interval = builder.interval;
    this.owned =
        new OwnedProfiles(
            builder.state,
            builder.boot == null || builder.boot.isEmpty() ? bootId() : builder.boot,
            kernel);
    this.compiler =
        builder.compiler == null ? compiler(kernel.features(), builder.includes) : builder.compiler;
    this.status = new Status("", List.of(), Set.of(), 0, 0, "not looked at yet");
  }

  /** Returns a builder for a kernel and a directory, which needn't be there yet. */
  public static Builder builder(AppArmorKernel kernel, Path directory) {
    return new Builder(kernel, directory);
  }

  private static Function<SourceText, Compilation> compiler(
      Features features, List<Path> includes) {
    PolicyCompiler compiler = PolicyCompiler.forKernel(features);
    Path[] directories = includes.toArray(Path[]::new);
    return text -> {
      // A new one each time, as a resolver keeps what it has read.
      IncludeResolver resolver =
          directories.length == 0
              ? IncludeResolver.none()
              : IncludeResolver.directories(directories);
      return compiler.compile(text, resolver);
    };
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

  /** Puts right what isn't as the directory has it, and says what it couldn't do. */
  public synchronized Status sync() {
    String problem = "";
    Map<String, Read> files = null;
    try {
      files = read();
    } catch (IOException | RuntimeException e) {
      problem = "the directory can't be read: " + e;
    }
    try {
      status = files == null ? restored(problem) : enforced(files);
    } catch (IOException e) {
      failed(e);
    }
    return status;
  }

  private synchronized void failed(Throwable e) {
    status =
        new Status(
            status.generation(), status.files(), status.leftOver(), loads, removals, text(e));
  }

  /** Enforces what there was when the directory could be read. */
  private Status restored(String problem) throws IOException {
    Map<String, String> refused = load(lastGood);
    return new Status(
        status.generation(),
        status.files().stream()
            .map(
                file ->
                    refused.containsKey(file.name())
                        ? file(file.name(), State.REFUSED, refused.get(file.name()))
                        : file)
            .toList(),
        status.leftOver(),
        loads,
        removals,
        problem);
  }

  private Status enforced(Map<String, Read> files) throws IOException {
    StringBuilder content = new StringBuilder();
    compiled.keySet().retainAll(files.keySet());
    lastGood.keySet().retainAll(files.keySet());
    Map<String, CompiledPolicy> wanted = new TreeMap<>();
    Map<String, String> problems = new HashMap<>();
    Map<String, String> claims = new HashMap<>();
    files.forEach(
        (name, read) -> {
          SourceText text = read.text();
          content.append(name).append('\0');
          content.append(text == null ? "" : text.text()).append('\0');
          Compiled result = text == null ? null : compiled(name, text);
          CompiledPolicy policy = result == null ? null : result.policy();
          if (policy == null) {
            problems.put(name, result == null ? read.problem() : result.problem());
            policy = lastGood.get(name);
          }
          if (policy == null) {
            return;
          }
          for (String profile : LoadedPolicies.names(policy)) {
            String other = claims.putIfAbsent(profile, name);
            if (other != null) {
              problems.putIfAbsent(name, "profile " + profile + " is in " + other + ", too");
              return;
            }
          }
          wanted.put(name, policy);
        });
    Map<String, String> refused = load(wanted);
    wanted.forEach(
        (name, policy) -> {
          if (!refused.containsKey(name)) {
            lastGood.put(name, policy);
          }
        });
    List<PolicyFile> results = new ArrayList<>();
    for (String name : files.keySet()) {
      String problem = problems.get(name);
      if (problem != null) {
        results.add(file(name, State.INVALID, problem));
      } else if (refused.get(name) != null) {
        results.add(file(name, State.REFUSED, refused.get(name)));
      } else {
        results.add(file(name, State.ENFORCED, ""));
      }
    }
    Set<String> leftOver = leftOver(files.keySet());
    boolean all = results.stream().allMatch(file -> file.state() == State.ENFORCED);
    if (prune && all && !leftOver.isEmpty()) {
      remove(leftOver);
      leftOver = Set.of();
    }
    String generation = OwnedProfiles.hash(SourceText.encode(content.toString())).substring(0, 16);
    return new Status(generation, results, leftOver, loads, removals, "");
  }

  private PolicyFile file(String name, State state, @Nullable String problem) {
    CompiledPolicy policy = lastGood.get(name);
    Compiled result = compiled.get(name);
    return new PolicyFile(
        name,
        state,
        policy == null ? List.of() : List.copyOf(LoadedPolicies.names(policy)),
        result == null ? List.of() : result.found(),
        problem == null ? "" : problem);
  }

  private Compiled compiled(String name, SourceText text) {
    Compiled before = compiled.get(name);
    if (before == null || !before.text().text().equals(text.text())) {
      compiled.remove(name);
      try {
        before = compile(text);
      } catch (RuntimeException e) {
        return new Compiled(text, null, List.of(), text(e)); // and once more at the next look
      }
      compiled.put(name, before);
    }
    return before;
  }

  private Compiled compile(SourceText text) {
    Compilation compilation = compiler.apply(text);
    List<Diagnostic> found = compilation.diagnostics();
    List<Diagnostic> errors = Diagnostic.errors(found);
    if (compilation.isOk() && !compilation.profiles().isEmpty()) {
      return new Compiled(text, compilation.orThrow(), found, "");
    }
    return new Compiled(
        text, null, found, errors.isEmpty() ? "it has no profile" : errors.get(0).toString());
  }

  /** Loads the policies that aren't there as they should be; returns why some can't be, by file. */
  private Map<String, String> load(Map<String, CompiledPolicy> wanted) throws IOException {
    Map<String, String> refused = new HashMap<>();
    List<String> changed = new ArrayList<>();
    LoadedPolicies loaded = LoadedPolicies.of(kernel);
    for (Map.Entry<String, CompiledPolicy> each : wanted.entrySet()) {
      if (loaded.has(each.getValue(), owned.hasLoaded(each.getValue()))) {
        continue;
      }
      String foreign =
          LoadedPolicies.names(each.getValue()).stream()
              .filter(name -> loaded.names().contains(name) && !owned.owns(name))
              .findFirst()
              .orElse(null);
      if (foreign == null) {
        changed.add(each.getKey());
        owned.intend(each.getKey(), each.getValue());
      } else {
        refused.put(each.getKey(), "someone else has loaded profile " + foreign);
      }
    }
    owned.save(); // before anything is loaded
    for (String file : changed) {
      CompiledPolicy policy = Objects.requireNonNull(wanted.get(file));
      try {
        kernel.replace(policy.toBytes());
        loads++;
        owned.settle(file, policy);
      } catch (KernelException e) {
        refused.put(file, text(e));
        Set<String> not = LoadedPolicies.names(policy);
        not.removeAll(loaded.names());
        owned.disown(not);
      }
    }
    owned.save();
    return refused;
  }

  /** Returns what is ours, loaded still, and in no file any more. */
  private Set<String> leftOver(Set<String> files) throws IOException {
    Set<String> left = new TreeSet<>(owned.names());
    lastGood.values().forEach(policy -> left.removeAll(LoadedPolicies.names(policy)));
    // What isn't enforced doesn't go either.
    for (Compiled each : compiled.values()) {
      if (each.policy() != null) {
        left.removeAll(LoadedPolicies.names(each.policy()));
      }
    }
    // What a file had before this was opened may be in it still, if it can't be compiled.
    left.removeIf(
        name -> files.contains(owned.file(name)) && !lastGood.containsKey(owned.file(name)));
    owned.disownOthers(left);
    left.removeIf(name -> !owned.owns(name));
    return left;
  }

  private void remove(Set<String> names) throws IOException {
    LoadedPolicies loaded = LoadedPolicies.of(kernel);
    Set<String> there = new HashSet<>(names);
    there.retainAll(loaded.names());
    if (loaded.remove(there)) {
      removals += there.size();
    }
    owned.disown(names);
    owned.save();
  }

  /**
   * Removes all profiles that are ours and as we loaded them, and no others. Tasks that they
   * confine are unconfined from then on. The next {@link #sync()} loads them again.
   *
   * @return their names
   * @throws IOException if the kernel refuses, or the state can't be written
   */
  public synchronized Set<String> removeAll() throws IOException {
    owned.disownOthers(owned.names());
    Set<String> names = owned.names();
    remove(names);
    return names;
  }

  // ---- the files

  private Map<String, Read> read() throws IOException {
    for (int i = 1; ; i++) {
      Path data = data();
      Map<String, Read> files = new TreeMap<>();
      List<Path> found = ProfileDirectory.files(data == null ? directory : data);
      if (found.size() > MOST_FILES) {
        throw new IOException("more than " + MOST_FILES + " files");
      }
      boolean torn = false;
      for (Path file : found) {
        try {
          files.put(String.valueOf(file.getFileName()), read(file));
        } catch (NoSuchFileException e) {
          torn = true; // it went between the list and now
        }
      }
      if (!torn && Objects.equals(data, data())) {
        return files;
      } else if (i == TRIES) {
        throw new IOException("it changes all the time");
      }
    }
  }

  /** Returns where a ConfigMap's files are at the moment; {@code null} if this is none. */
  private @Nullable Path data() throws IOException {
    try {
      return directory.resolve("..data").toRealPath();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private Read read(Path file) throws NoSuchFileException {
    try {
      if (!file.toRealPath().startsWith(directory.toRealPath())) {
        return new Read(null, "it leads out of the directory");
      } else if (Files.size(file) > LONGEST) {
        return new Read(null, "it has more than " + LONGEST + " bytes");
      }
      return new Read(
          SourceText.of(
              String.valueOf(file.getFileName()), SourceText.decode(Files.readAllBytes(file))),
          "");
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      return new Read(null, text(e));
    }
  }

  /** Returns what an exception says; of those of files, the message is the file's name alone. */
  private static String text(Throwable e) {
    return e instanceof FileSystemException
        ? e.toString()
        : Objects.requireNonNullElse(e.getMessage(), e.toString());
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
    if (!watchers.isEmpty()) {
      throw new IllegalStateException("is watched already");
    }
    Signal signal = new Signal();
    watchers =
        List.of(
            new Thread(() -> look(signal, listener), "apparmor-policy-directory"),
            new Thread(() -> waitForKernel(signal), "apparmor-policy-revision"),
            new Thread(() -> waitForFiles(signal), "apparmor-policy-files"));
    for (Thread each : watchers) {
      each.setDaemon(true);
      each.start();
    }
  }

  /**
   * Ends the watch, and lets others have the state. What was loaded stays loaded.
   *
   * @throws IOException if the state's lock can't be given back
   */
  @Override
  public synchronized void close() throws IOException {
    watchers.forEach(Thread::interrupt);
    watchers = List.of();
    owned.close();
  }

  /** Tells the thread that looks. */
  private static final class Signal {
    private boolean raised;

    synchronized void raise() {
      raised = true;
      notifyAll();
    }

    synchronized void await(Duration most) throws InterruptedException {
      long deadline = System.nanoTime() + most.toNanos();
      for (long left = most.toMillis(); !raised && left > 0; ) {
        wait(left);
        left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      }
      raised = false;
    }
  }

  private void look(Signal signal, Consumer<Status> listener) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          listener.accept(sync());
        } catch (RuntimeException | Error e) {
          failed(e); // a look that goes wrong, for want of memory say, must not be the last one
        }
        signal.await(interval);
        Thread.sleep(SETTLING.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void waitForKernel(Signal signal) {
    long seen = -1;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          long now = kernel.awaitChange(seen, interval);
          if (now != seen) {
            signal.raise();
          }
          seen = now;
        } catch (KernelException e) {
          // The next look tells of it.
        }
        Thread.sleep(SETTLING.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where the directory can't be watched, the interval has to do. */
  private void waitForFiles(Signal signal) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try (WatchService service = FileSystems.getDefault().newWatchService()) {
          directory.register(
              service,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
          signal.raise(); // of what came before this
          for (boolean there = true; there; ) {
            WatchKey key = service.take();
            key.pollEvents();
            signal.raise();
            there = key.reset();
          }
        } catch (IOException e) {
          // Not there, or not to be watched.
        }
        Thread.sleep(Math.min(interval.toMillis(), 1000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
