package io.github.apparmor4j.testing;

import io.github.apparmor4j.features.Features;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code apparmor_parser} 5.0.2, asked about one text after the other. */
public final class Reference {

  /** Milliseconds after which it is taken to hang; it needs five for most texts. */
  private static final long PATIENCE = 10_000;

  private final String program;
  private final Path directory;
  private final Path configuration;

  /**
   * Installs it, where {@code tools/reference-parser} is at hand; aborts the test elsewhere.
   *
   * @param directory for files that it needs
   */
  public Reference(Path directory) throws IOException, InterruptedException {
    this.program = Shared.run(Shared.path("tools/reference-parser")).text().strip();
    this.directory = directory;
    this.configuration = Files.createTempFile(directory, "empty", ".conf");
  }

  /**
   * What it made of a text.
   *
   * @param accepted whether it compiled the text
   * @param policy what it wrote
   * @param errors what it said
   */
  public record Answer(boolean accepted, byte[] policy, String errors) {}

  /**
   * Has it compile a text.
   *
   * @param base directory of includes
   */
  public Answer ask(byte[] text, Features kernel, Path base)
      throws IOException, InterruptedException {
    Path features = directory.resolve("features-" + kernel.hashCode());
    if (!Files.exists(features)) {
      Files.writeString(features, kernel.toText());
    }
    Path in = Files.createTempFile(directory, "profile", "");
    Path out = Files.createTempFile(directory, "policy", "");
    Path errors = Files.createTempFile(directory, "errors", "");
    try {
      Files.write(in, text);
      Process process =
          new ProcessBuilder(
                  program,
                  "--config-file=" + configuration,
                  "-QKS",
                  "-j0",
                  "-M",
                  features.toString(),
                  "-b",
                  base.toString())
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(errors.toFile())
              .start();
      if (!process.waitFor(PATIENCE, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        return new Answer(false, new byte[0], "it hangs");
      }
      byte[] said = Files.readAllBytes(errors);
      return new Answer(
          process.exitValue() == 0,
          Files.readAllBytes(out),
          new String(said, StandardCharsets.UTF_8));
    } finally {
      for (Path file : List.of(in, out, errors)) {
        Files.delete(file);
      }
    }
  }
}
