package io.github.apparmor4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code apparmor_parser}: one process for each file, without a cache, on one thread. The time of
 * an empty profile is taken off its times, so that no process start is compared.
 */
final class Rival {

  private static final int RUNS = 5;
  private static final double ENOUGH = 3000;

  private final String executable;
  private final Path configuration = Files.createTempFile("empty", ".conf");
  private final double start;

  Rival(String executable, Path features) throws IOException, InterruptedException {
    this.executable = executable;
    Path empty = Files.createTempFile("empty", ".profile");
    Files.writeString(empty, "profile empty { }\n");
    List<String> command = command(features, List.of(), "-j0", List.of(empty));
    this.start = Timing.median(25, ENOUGH, () -> Timing.process(command, 60));
  }

  /** Returns what an empty profile takes. */
  double start() {
    return start;
  }

  /** Returns the command that compiles files. */
  List<String> command(Path features, List<Path> includes, String jobs, List<Path> files) {
    List<String> command =
        new ArrayList<>(
            List.of(
                executable, "--config-file=" + configuration, "-QKS", jobs, "-M", "" + features));
    includes.stream().limit(1).forEach(base -> command.addAll(List.of("-b", "" + base)));
    includes.forEach(directory -> command.addAll(List.of("-I", "" + directory)));
    files.forEach(file -> command.add("" + file));
    return command;
  }

  /**
   * Returns the median time of compiling a file.
   *
   * @param seconds after which it is ended
   * @return not a number if it refuses, infinite if it was ended
   */
  double time(Path features, List<Path> includes, Path file, int seconds)
      throws IOException, InterruptedException {
    List<String> command = command(features, includes, "-j0", List.of(file));
    int[] status = new int[1];
    double time =
        Timing.median(RUNS, ENOUGH, () -> status[0] = Timing.process(command, seconds)) - start;
    return switch (status[0]) {
      case 0 -> Math.max(time, 0.1);
      case -1 -> Double.POSITIVE_INFINITY;
      default -> Double.NaN;
    };
  }

  /** Returns the most memory that it held at once, in MiB, as the kernel counts. */
  double memory(Path features, List<Path> includes, Path file)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(features, includes, "-j0", List.of(file)))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path status = Path.of("/proc/" + process.pid() + "/status");
    double most = 0;
    while (process.isAlive()) {
      // Of a process that has just ended the file is gone or says nothing of memory.
      for (String line : Files.exists(status) ? Files.readAllLines(status) : List.<String>of()) {
        if (line.startsWith("VmHWM:")) {
          most = Math.max(most, Double.parseDouble(line.replaceAll("\\D", "")) / 1024);
        }
      }
      Thread.sleep(2);
    }
    return most;
  }
}
