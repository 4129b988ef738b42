package io.github.apparmor4j.examples;

import io.github.apparmor4j.resolve.ProfileDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Work on many files at once. */
final class Batch {

  /** What is done with a result. */
  @FunctionalInterface
  interface Taker<R> {
    /** Takes one; returns whether to go on. */
    boolean take(R result) throws IOException;
  }

  private Batch() {}

  /** Returns files, and of directories the files that count. */
  static List<Path> files(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(ProfileDirectory.files(path));
      } else {
        files.add(path);
      }
    }
    return files;
  }

  /**
   * Works on things by some threads and takes the results by this one, in the order of the things.
   * No more results are kept than a few for each thread.
   */
  static <T, R> void run(List<T> things, int jobs, Function<T, R> work, Taker<R> taker)
      throws IOException, InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(jobs);
    Deque<Future<R>> running = new ArrayDeque<>();
    try {
      for (int i = 0; i < things.size() || !running.isEmpty(); ) {
        if (i < things.size() && running.size() < 8 * jobs) {
          T thing = things.get(i++);
          running.add(executor.submit(() -> work.apply(thing)));
        } else if (!taker.take(running.remove().get())) {
          return;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }
}
