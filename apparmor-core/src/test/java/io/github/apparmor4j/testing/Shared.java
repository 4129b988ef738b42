package io.github.apparmor4j.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The project's shared test data and tools, which lie beside a checkout of its developers and not
 * of a user.
 */
public final class Shared {

  private Shared() {}

  /** Returns a path in the shared folder; aborts the test, with the reason, where there is none. */
  public static Path path(String relative) {
    Path shared = Path.of(System.getProperty("apparmor.shared", "../../shared")).normalize();
    assumeTrue(
        Files.isDirectory(shared),
        "no shared test data at " + shared + " (property apparmor.shared)");
    return shared.resolve(relative);
  }

  /** What a program printed and how it ended. */
  public record Output(int status, byte[] bytes, String errors) {
    /** Returns what it printed as text. */
    public String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Runs a program to its end. */
  public static Output run(Object... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    Arrays.stream(command).map(Object::toString).forEach(words::add);
    Path errors = Files.createTempFile("errors", ".txt");
    try {
      Process process = new ProcessBuilder(words).redirectError(errors.toFile()).start();
      process.getOutputStream().close();
      byte[] out = process.getInputStream().readAllBytes();
      int status = process.waitFor();
      return new Output(status, out, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }
}
