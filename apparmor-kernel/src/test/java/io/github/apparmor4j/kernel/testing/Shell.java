package io.github.apparmor4j.kernel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Commands as people would type them in a guest. */
public final class Shell {

  private Shell() {}

  /**
   * What a command came to.
   *
   * @param out what it printed, both ways
   */
  public record Run(int status, String out) {

    /** Returns what it printed, and fails if it failed. */
    public String orThrow() {
      assertThat(status).as(out).isZero();
      return out;
    }
  }

  /** Runs a shell's command to its end, with nothing to read. */
  public static Run sh(String command) throws IOException, InterruptedException {
    return run("sh", "-c", command);
  }

  /** Runs a program to its end, with nothing to read. */
  public static Run run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out);
  }
}
