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
 * A writer of many files in several threads: each write waits for the disk, which can finish
 * several at once. To be used by one thread, which writes files itself if the others don't keep up.
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

  /** The results of the writes, in the order of the calls; null for success. */
  private final Map<Path, Future<@Nullable IOException>> writes = new LinkedHashMap<>();

  /** Has a file written soon; each file must be given only once. */
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

  /**
   * Waits for all writes, says which files couldn't be written, and returns whether there are none.
   */
  boolean finish() throws InterruptedException {
    boolean ok = true;
    for (Map.Entry<Path, Future<@Nullable IOException>> each : writes.entrySet()) {
      try {
        IOException failure = each.getValue().get();
        if (failure != null) {
          ok = false;
          Terminal.problem(
              "aa: " + each.getKey() + " can't be written: " + Failures.reason(failure));
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return ok;
  }

  /**
   * Cancels the writes that {@link #finish} hasn't waited for; files that are not written yet stay
   * as they are.
   */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
