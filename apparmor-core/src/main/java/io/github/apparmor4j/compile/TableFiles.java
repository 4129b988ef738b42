package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.vocabulary.AcceptWords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A store of tables in a directory that several processes may share. A file has a magic number,
 * five arrays of ints with their lengths, and a hash of all that. A file that can't be read counts
 * as missing.
 */
final class TableFiles {

  private static final int MAGIC = 0x61613401;
  private static final int HASH_BYTES = 32;
  private static final String SUFFIX = ".table";

  /** Largest file to read: far more than the largest table of a kernel takes. */
  private static final int MOST_BYTES = BoundedFiles.inHeap(1 << 29);

  /** Write permission for the group and for others. */
  private static final int OTHERS_WRITE = 0022;

  /** End of the names of files that {@link AtomicFiles} is still writing. */
  private static final String UNFINISHED = ".new";

  /** Longer than writing an entry takes. */
  private static final Duration LONG = Duration.ofHours(1);

  private final Path directory;
  private final AtomicBoolean swept = new AtomicBoolean();

  TableFiles(Path directory) {
    this.directory = directory;
  }

  private static byte[] bytes(PackedDfa tables, AcceptWords[] words) {
    int[] flat = new int[words.length * 4];
    for (int i = 0; i < words.length; i++) {
      flat[i * 4] = words[i].allow();
      flat[i * 4 + 1] = words[i].prompt();
      flat[i * 4 + 2] = words[i].audit();
      flat[i * 4 + 3] = words[i].quiet();
    }
    int[][] arrays = {tables.base(), tables.fallback(), tables.next(), tables.check(), flat};
    int length = Integer.BYTES + HASH_BYTES;
    for (int[] array : arrays) {
      length += 4 + array.length * 4;
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    out.putInt(MAGIC);
    for (int[] array : arrays) {
      out.putInt(array.length);
      out.asIntBuffer().put(array);
      out.position(out.position() + array.length * 4);
    }
    MessageDigest digest = TableKey.sha256();
    digest.update(out.array(), 0, out.position());
    return out.put(digest.digest()).array();
  }

  /** Returns a table, or {@code null} if there is none that can be trusted. */
  @Nullable PolicyDfa read(String hash, TableKey key) {
    try {
      Path file = directory.resolve(hash + SUFFIX);
      if (!isOurs(directory) || !isOurs(file)) {
        return null;
      }
      byte[] bytes = BoundedFiles.readOwn(file, MOST_BYTES);
      int end = bytes.length - HASH_BYTES;
      MessageDigest digest = TableKey.sha256();
      digest.update(bytes, 0, Math.max(0, end));
      if (end < 0
          || !Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, end, bytes.length))) {
        return null;
      }
      ByteBuffer in = ByteBuffer.wrap(bytes, 0, end);
      if (in.getInt() != MAGIC) {
        return null;
      }
      PackedDfa tables = new PackedDfa(ints(in), ints(in), ints(in), ints(in));
      int[] flat = ints(in);
      AcceptWords[] words = new AcceptWords[flat.length / 4];
      for (int i = 0; i < words.length; i++) {
        words[i] = new AcceptWords(flat[i * 4], flat[i * 4 + 1], flat[i * 4 + 2], flat[i * 4 + 3]);
      }
      return PolicyDfa.of(tables, words, key.form(), key.files());
    } catch (IOException | RuntimeException e) {
      return null; // missing or damaged
    }
  }

  private static int[] ints(ByteBuffer in) {
    int[] array = new int[in.getInt()];
    in.asIntBuffer().get(array);
    in.position(in.position() + array.length * 4);
    return array;
  }

  /** Writes a table. Failures are ignored: without its entries, a cache is slow, not wrong. */
  void write(String hash, PackedDfa tables, AcceptWords[] words) {
    try {
      Files.createDirectories(directory);
      AtomicFiles.writeDisposable(directory.resolve(hash + SUFFIX), bytes(tables, words));
    } catch (IOException e) {
      return;
    }
    if (!swept.getAndSet(true)) {
      sweep();
    }
  }

  /**
   * Returns whether nobody else can write to a directory, or to an entry in it. A planted entry
   * could turn a deny into an allow.
   */
  private static boolean isOurs(Path path) throws IOException {
    if (!Files.getFileStore(path).supportsFileAttributeView("unix")
        && !Files.getFileStore(path).supportsFileAttributeView("posix")) {
      return true; // a file system without owners
    }
    Map<String, Object> found = Files.readAttributes(path, "unix:uid,mode");
    Path self = Path.of("/proc/self");
    Path ours = Files.exists(self) ? self : Path.of(System.getProperty("user.home"));
    Object own = Files.getAttribute(ours, "unix:uid");
    int mode = (Integer) Objects.requireNonNull(found.get("mode"));
    Object uid = found.get("uid");
    return (Objects.equals(uid, own) || Objects.equals(uid, 0)) && (mode & OTHERS_WRITE) == 0;
  }

  /** Removes the files of writers that were killed. */
  private void sweep() {
    Instant before = Instant.now().minus(LONG);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + UNFINISHED)) {
      for (Path file : left) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          delete(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The files stay.
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // The file stays, which does no harm.
    }
  }
}
