package io.github.apparmor4j.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Starts a process under a profile: what {@code aa-exec -p} does. Not thread-safe.
 *
 * <p>Between this JVM and the program stands a shell, {@code /bin/sh}, which asks the kernel for
 * the profile and then becomes the program: Java starts processes by a helper, which the change
 * would meet instead. If the kernel refuses, the program is not started, and the process ends with
 * {@link #REFUSED}, the shell's reason on its error output.
 */
public final class ConfinedProcessBuilder {

  /** The exit status of a process whose profile the kernel refused. */
  public static final int REFUSED = 126;

  private static final String SCRIPT =
      """
      attribute=/proc/self/attr/apparmor/exec
      [ -e "$attribute" ] || attribute=/proc/self/attr/exec
      printf 'exec %s' "$1" > "$attribute" || exit 126
      shift
      exec "$@"
      """;

  private final ProcessBuilder builder;

  private ConfinedProcessBuilder(String profile, List<String> command) {
    List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "sh", profile));
    all.addAll(command);
    builder = new ProcessBuilder(all);
  }

  /**
   * Returns a builder.
   *
   * @param profile a loaded profile; {@code :ns:name} in another namespace
   * @param command a program and its arguments, as {@link ProcessBuilder} takes them
   */
  public static ConfinedProcessBuilder of(String profile, String... command) {
    Objects.requireNonNull(profile, "profile");
    if (command.length == 0) {
      throw new IllegalArgumentException("command is empty");
    }
    return new ConfinedProcessBuilder(profile, List.of(command));
  }

  /** Sets everything else that a process has: its environment, directory, input and output. */
  public ConfinedProcessBuilder with(Consumer<ProcessBuilder> settings) {
    settings.accept(builder);
    return this;
  }

  /**
   * Starts the process.
   *
   * @throws IOException if there is no shell
   */
  public Process start() throws IOException {
    return builder.start();
  }
}
