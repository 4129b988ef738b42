package io.github.apparmor4j.kernel;

import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The confinement of this machine's tasks, to read, and of the calling thread, to change, through
 * {@code /proc/PID/attr}. Thread-safe.
 *
 * <pre>{@code
 * Label label = Confinement.current();
 * if (label.isUnconfined()) {
 *   Confinement.changeProfile("worker");
 * }
 * }</pre>
 *
 * <p>To the kernel, each Java thread is a task of its own. A change applies to the calling thread
 * and to the threads and processes that it starts afterwards. It doesn't apply to other threads,
 * nor to those of the JVM itself (garbage collector, compiler). A thread of a pool keeps its
 * confinement for the next job, so change only a thread that you start and end yourself, or start a
 * process ({@link ConfinedProcessBuilder}). Virtual threads share tasks and are refused.
 */
public final class Confinement {

  private static final Path PROC = Path.of("/proc");
  private static final String THREAD = "thread-self";

  private Confinement() {}

  /**
   * A process and what confines it.
   *
   * @param pid the process's number
   * @param executable the path of its program; empty if it can't be read
   * @param label the label of its first thread
   */
  public record ConfinedProcess(long pid, String executable, Label label) {}

  // ---- looking

  /** Returns what confines the calling thread. */
  public static Label current() throws KernelException {
    return read(THREAD, "current").orElseThrow();
  }

  /** Returns the label that the calling thread gets when it executes a program, if one is set. */
  public static Optional<Label> atExec() throws KernelException {
    return read(THREAD, "exec");
  }

  /** Returns what confined the calling thread before it changed, if it can change back. */
  public static Optional<Label> previous() throws KernelException {
    return read(THREAD, "prev");
  }

  /**
   * Returns what confines a process.
   *
   * @throws KernelException ENOENT if there is no such process
   */
  public static Label of(long pid) throws KernelException {
    return read(String.valueOf(pid), "current").orElseThrow();
  }

  /** Returns all visible processes, sorted by number; those that end meanwhile may be missing. */
  public static List<ConfinedProcess> processes() throws KernelException {
    List<ConfinedProcess> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(PROC)) {
      for (Path entry : entries.toList()) {
        String name = String.valueOf(entry.getFileName());
        if (name.chars().allMatch(Character::isDigit)) {
          process(Long.parseLong(name)).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw KernelException.of("processes", PROC, e);
    }
    found.sort((left, right) -> Long.compare(left.pid(), right.pid()));
    return List.copyOf(found);
  }

  private static Optional<ConfinedProcess> process(long pid) throws KernelException {
    try {
      Label label = of(pid);
      return Optional.of(new ConfinedProcess(pid, executable(pid), label));
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.EACCES || e.errno() == Errno.OTHER) {
        return Optional.empty(); // it has ended, or we may not see it
      }
      throw e;
    }
  }

  private static String executable(long pid) {
    try {
      return Files.readSymbolicLink(PROC.resolve(pid + "/exe")).toString();
    } catch (IOException e) {
      return ""; // kernel threads have none
    }
  }

  /**
   * Returns the path of AppArmor's own attribute, or in older kernels that of all security modules.
   */
  private static Path attribute(String task, String name) {
    Path own = PROC.resolve(task).resolve("attr/apparmor").resolve(name);
    return Files.exists(own) ? own : PROC.resolve(task).resolve("attr").resolve(name);
  }

  private static Optional<Label> read(String task, String name) throws KernelException {
    Path path = attribute(task, name);
    try {
      String text = SourceText.decode(BoundedFiles.read(path, KernelFile.MOST_BYTES));
      return text.isBlank() ? Optional.empty() : Optional.of(Label.parse(text));
    } catch (NoSuchFileException e) {
      throw KernelException.of("label", path, e);
    } catch (IOException e) {
      if (name.equals("current")) {
        throw KernelException.of("label", path, e);
      }
      return Optional.empty(); // EINVAL: the attribute isn't set
    }
  }

  // ---- changing

  /**
   * Changes the calling thread's profile now.
   *
   * @param profile its name, {@code :ns:name} for one in another namespace, or several joined by
   *     {@code //&}
   * @throws KernelException ENOENT if there is no such profile, EACCES if the thread's present
   *     profile doesn't allow the change, EPERM if {@code no_new_privs} forbids it, EINVAL on a
   *     virtual thread
   */
  public static void changeProfile(String profile) throws KernelException {
    write("changeProfile", "current", "changeprofile " + profile);
  }

  /**
   * Moves the calling thread into a namespace, where nothing confines it. The thread and what it
   * starts then see and change only that namespace's policy.
   *
   * @param namespace its name, as {@link AppArmorKernel#createNamespace} takes it
   * @throws KernelException ENOENT if there is no such namespace, otherwise as {@link
   *     #changeProfile}
   */
  public static void enterNamespace(String namespace) throws KernelException {
    RawPolicy.checkNamespace(namespace);
    write("enterNamespace", "current", "changeprofile :" + namespace + "://unconfined");
  }

  /**
   * Makes the calling thread change its profile when it executes a program. This is for native code
   * only, since Java starts programs through a helper; to start one confined, use {@link
   * ConfinedProcessBuilder}.
   *
   * @throws KernelException as {@link #changeProfile}
   */
  public static void changeOnExec(String profile) throws KernelException {
    write("changeOnExec", "exec", "exec " + profile);
  }

  /**
   * Adds a profile to those that confine the calling thread.
   *
   * @throws KernelException as {@link #changeProfile}
   */
  public static void stack(String profile) throws KernelException {
    write("stack", "current", "stack " + profile);
  }

  /**
   * Changes the calling thread into a hat of its profile.
   *
   * @param hat the hat's name within the profile
   * @param token a secret number that is needed to leave the hat; a task that tries another number
   *     is killed
   * @throws KernelException ENOENT if there is no such hat, ECHILD if the profile has no hats,
   *     EPERM if the thread is not confined
   */
  public static void changeHat(String hat, long token) throws KernelException {
    write("changeHat", "current", hat(token) + hat);
  }

  /**
   * Takes the calling thread out of a hat, back to the profile.
   *
   * @param token the number with which the hat was entered
   */
  public static void leaveHat(long token) throws KernelException {
    write("leaveHat", "current", hat(token));
  }

  private static String hat(long token) {
    return String.format(Locale.ROOT, "changehat %016x^", token);
  }

  private static void write(String operation, String name, String command) throws KernelException {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    if (group != null && group.getName().equals("VirtualThreads")) {
      throw new KernelException(
          operation, Errno.EINVAL, "a virtual thread has no task of its own to confine", null);
    }
    KernelFile.write(operation, attribute(THREAD, name), SourceText.encode(command));
  }
}
