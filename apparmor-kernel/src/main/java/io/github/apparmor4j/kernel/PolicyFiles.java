package io.github.apparmor4j.kernel;

import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a directory's files at one moment. Kubernetes changes all files of a mounted
 * ConfigMap at once, through a link {@code ..data}; that is read as one change.
 */
final class PolicyFiles {

  private static final int MOST_FILES = 10_000;
  private static final int LONGEST = BoundedFiles.inHeap(16 << 20);
  private static final int TRIES = 10;

  /** How long it takes at most to see a directory that is created later. */
  private static final int MOST_PAUSE = 1000; // milliseconds

  /**
   * A file's text, or why it can't be read.
   *
   * @param text the text; {@code null} if it can't be read
   * @param problem why it can't be read; empty if it can
   */
  record Read(@Nullable SourceText text, String problem) {}

  private final Path directory;

  PolicyFiles(Path directory) {
    this.directory = directory.toAbsolutePath();
  }

  /**
   * Returns the files by name.
   *
   * @throws IOException if the directory can't be read, changes all the time or has more than
   *     10,000 files
   */
  Map<String, Read> read() throws IOException {
    for (int i = 1; ; i++) {
      Path data = data();
      Map<String, Read> files = new TreeMap<>();
      List<Path> found = ProfileDirectory.files(data == null ? directory : data);
      if (found.size() > MOST_FILES) {
        throw new IOException("more than " + MOST_FILES + " files");
      }
      boolean torn = false;
      for (Path file : found) {
        try {
          files.put(String.valueOf(file.getFileName()), read(file));
        } catch (NoSuchFileException e) {
          torn = true; // it was removed after it was listed
        }
      }
      if (!torn && Objects.equals(data, data())) {
        return files;
      } else if (i == TRIES) {
        throw new IOException("it changes all the time");
      }
    }
  }

  /**
   * Returns the directory where a mounted ConfigMap's files are at the moment; {@code null} if this
   * is not a mounted ConfigMap.
   */
  private @Nullable Path data() throws IOException {
    try {
      return directory.resolve("..data").toRealPath();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private Read read(Path file) throws NoSuchFileException {
    try {
      if (!file.toRealPath().startsWith(directory.toRealPath())) {
        return new Read(null, "it leads out of the directory");
      }
      return new Read(
          SourceText.of(
              String.valueOf(file.getFileName()),
              SourceText.decode(BoundedFiles.read(file, LONGEST))),
          "");
    } catch (NoSuchFileException e) {
      throw e;
    } catch (Throwable e) {
      Failures.passOnFatal(e);
      return new Read(null, Failures.text(e));
    }
  }

  /**
   * Waits for changes until the thread is interrupted. While the directory can't be watched, it
   * tries again from time to time.
   *
   * @param pause how long it waits between two tries at most; never more than a second
   * @param changed called after each change, and whenever the directory can be watched anew
   */
  void awaitChanges(Duration pause, Runnable changed) throws InterruptedException {
    while (true) {
      try (WatchService service = FileSystems.getDefault().newWatchService()) {
        directory.register(
            service,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
        changed.run(); // for changes before this
        for (boolean there = true; there; ) {
          WatchKey key = service.take();
          key.pollEvents();
          changed.run();
          there = key.reset();
        }
      } catch (IOException e) {
        // The directory is missing or can't be watched.
      }
      Thread.sleep(Math.min(pause.toMillis(), MOST_PAUSE));
    }
  }
}
