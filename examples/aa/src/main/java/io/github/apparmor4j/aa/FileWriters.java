package io.github.apparmor4j.aa;

import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes many files by some threads: each write waits for the disk, which makes several last at
 * once. Used by one thread, which writes itself where the others don't keep up.
 */
final class FileWriters implements AutoCloseable {

  private static final int THREADS = 8;

  private final ExecutorService executor =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(THREADS),
          new ThreadPoolExecutor.CallerRunsPolicy());

  /** What is written, in the order of the calls; null for success. */
  private final Map<Path, Future<@Nullable IOException>> writes = new LinkedHashMap<>();

  /** Writes a file soon; each file is given once. */
  void write(Path file, byte[] content) {
    writes.put(file, executor.submit(() -> failure(file, content)));
  }

  private static @Nullable IOException failure(Path file, byte[] content) {
    try {
      AtomicFiles.write(file, content);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  /** Waits for all, says which couldn't be written, and returns whether there are none. */
  boolean finish() throws InterruptedException {
    boolean ok = true;
    for (Map.Entry<Path, Future<@Nullable IOException>> each : writes.entrySet()) {
      try {
        IOException failure = each.getValue().get();
        if (failure != null) {
          ok = false;
          System.err.println(
              "aa: " + each.getKey() + " can't be written: " + Failures.reason(failure));
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return ok;
  }

  /**
   * Ends what {@link #finish} hasn't waited for; files that are not written yet stay as they are.
   */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
