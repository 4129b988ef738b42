package io.github.apparmor4j.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A builder that starts a process under a profile, as {@code aa-exec -p} does. Not thread-safe.
 *
 * <pre>{@code
 * Process process =
 *     ConfinedProcessBuilder.of("web", "/usr/sbin/nginx", "-t")
 *         .with(ProcessBuilder::inheritIO)
 *         .start();
 * }</pre>
 *
 * <p>The program is started through a shell, {@code /bin/sh}, which asks the kernel for the profile
 * and then becomes the program. The JVM can't ask itself: Java starts processes through a helper
 * program, which would get the profile instead. If the kernel refuses, the program is not started:
 * the shell writes the reason to its error output, and the process ends with the status {@link
 * #REFUSED}.
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
   * @param profile the name of a loaded profile; {@code :ns:name} for one in another namespace
   * @param command a program and its arguments, as {@link ProcessBuilder} takes them
   * @throws IllegalArgumentException if the command is empty
   */
  public static ConfinedProcessBuilder of(String profile, String... command) {
    Objects.requireNonNull(profile, "profile");
    if (command.length == 0) {
      throw new IllegalArgumentException("command is empty");
    }
    return new ConfinedProcessBuilder(profile, List.of(command));
  }

  /** Changes other settings of the process: its environment, directory, input and output. */
  public ConfinedProcessBuilder with(Consumer<ProcessBuilder> settings) {
    settings.accept(builder);
    return this;
  }

  /**
   * Starts the process.
   *
   * @throws IOException if the shell can't be started
   */
  public Process start() throws IOException {
    return builder.start();
  }
}
