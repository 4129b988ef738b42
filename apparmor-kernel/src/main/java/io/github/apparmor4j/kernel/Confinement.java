package io.github.apparmor4j.kernel;

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
 * What confines the tasks of this machine, and changes of the calling thread's confinement ({@code
 * /proc/PID/attr}).
 *
 * <p>To the kernel each Java thread is a task of its own. A change holds for the calling thread
 * alone: not for others, nor for the JVM's own (collector, compiler), but for the threads and
 * processes that it starts afterwards. A thread of a pool takes its confinement to the next job; so
 * change one that you start and end yourself, or start a process ({@link ConfinedProcessBuilder}).
 * Virtual threads, which share tasks, are refused.
 */
public final class Confinement {

  private static final Path PROC = Path.of("/proc");
  private static final String THREAD = "thread-self";

  private Confinement() {}

  /**
   * A process and what confines it.
   *
   * @param pid its number
   * @param executable path of its program; empty if it can't be seen
   * @param label of its first thread
   */
  public record ConfinedProcess(long pid, String executable, Label label) {}

  // ---- looking

  /** Returns what confines the calling thread. */
  public static Label current() throws KernelException {
    return read(THREAD, "current").orElseThrow();
  }

  /**
   * Returns what the calling thread will be confined by when it executes a program, if it is set.
   */
  public static Optional<Label> atExec() throws KernelException {
    return read(THREAD, "exec");
  }

  /** Returns what confined the calling thread before it changed, if it can go back to that. */
  public static Optional<Label> previous() throws KernelException {
    return read(THREAD, "prev");
  }

  /**
   * Returns what confines a process.
   *
   * @throws KernelException ENOENT if there is none
   */
  public static Label of(long pid) throws KernelException {
    return read(String.valueOf(pid), "current").orElseThrow();
  }

  /** Returns all processes that can be seen, by number; those that end meanwhile may be missing. */
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
        return Optional.empty(); // ended, or not ours to see
      }
      throw e;
    }
  }

  private static String executable(long pid) {
    try {
      return Files.readSymbolicLink(PROC.resolve(pid + "/exe")).toString();
    } catch (IOException e) {
      return ""; // a thread of the kernel's has none
    }
  }

  /** The attribute that is AppArmor's alone, or in older kernels that of all security modules. */
  private static Path attribute(String task, String name) {
    Path own = PROC.resolve(task).resolve("attr/apparmor").resolve(name);
    return Files.exists(own) ? own : PROC.resolve(task).resolve("attr").resolve(name);
  }

  private static Optional<Label> read(String task, String name) throws KernelException {
    Path path = attribute(task, name);
    try {
      String text = SourceText.decode(Files.readAllBytes(path));
      return text.isBlank() ? Optional.empty() : Optional.of(Label.parse(text));
    } catch (NoSuchFileException e) {
      throw KernelException.of("label", path, e);
    } catch (IOException e) {
      if (name.equals("current")) {
        throw KernelException.of("label", path, e);
      }
      return Optional.empty(); // EINVAL: not set
    }
  }

  // ---- changing

  /**
   * Changes the calling thread's profile now.
   *
   * @param profile a name, {@code :ns:name} in another namespace, or several with {@code //&}
   * @throws KernelException ENOENT if there is no such profile, EACCES if the thread's own doesn't
   *     allow the change, EPERM if {@code no_new_privs} doesn't
   */
  public static void changeProfile(String profile) throws KernelException {
    write("changeProfile", "current", "changeprofile " + profile);
  }

  /**
   * Moves the calling thread into a namespace, unconfined there: it and what it starts see and
   * change that namespace's policy alone.
   *
   * @param namespace its name, as {@link AppArmorKernel#createNamespace} takes it
   * @throws KernelException ENOENT if there is no such namespace, else as {@link #changeProfile}
   */
  public static void enterNamespace(String namespace) throws KernelException {
    RawPolicy.checkNamespace(namespace);
    write("enterNamespace", "current", "changeprofile :" + namespace + "://unconfined");
  }

  /**
   * Has the calling thread change its profile when it executes a program. Java starts programs by
   * others, so that this is for native code; {@link ConfinedProcessBuilder} starts them confined.
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
   * @param hat its name within the profile
   * @param token a secret number; who knows it can leave the hat, and who tries with another is
   *     killed
   * @throws KernelException ENOENT if there is no such hat, ECHILD if the profile has none, EPERM
   *     if the thread is not confined
   */
  public static void changeHat(String hat, long token) throws KernelException {
    write("changeHat", "current", hat(token) + hat);
  }

  /**
   * Leaves a hat.
   *
   * @param token with which it was entered
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
