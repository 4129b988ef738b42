package io.github.apparmor4j.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Times of work in this process and of other processes, in milliseconds. */
final class Timing {

  private Timing() {}

  /** Something to time. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  /**
   * Returns the median of some runs.
   *
   * @param most runs, fewer but one if they take long
   * @param enough milliseconds after which no further run starts
   */
  static double median(int most, double enough, Work work)
      throws IOException, InterruptedException {
    double[] times = new double[most];
    int runs = 0;
    double sum = 0;
    while (runs < most && (runs == 0 || sum < enough)) {
      times[runs] = once(work);
      sum += times[runs++];
    }
    return median(Arrays.copyOf(times, runs));
  }

  static double once(Work work) throws IOException, InterruptedException {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  static double median(double[] times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /**
   * Runs a program, its output thrown away.
   *
   * @return its exit status, -1 if it was ended because it took longer than allowed
   */
  static int process(List<String> command, int seconds) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor(seconds, TimeUnit.SECONDS)) {
      return process.exitValue();
    }
    process.destroyForcibly().waitFor();
    return -1;
  }
}
