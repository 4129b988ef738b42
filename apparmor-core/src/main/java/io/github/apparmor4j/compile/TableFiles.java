package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.vocabulary.AcceptWords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tables in a directory that several processes share: files with a magic number, five arrays of
 * ints with their lengths, and a hash of it all. What can't be read is a miss.
 */
final class TableFiles {

  private static final int MAGIC = 0x61613401;
  private static final int HASH_BYTES = 32;
  private static final String SUFFIX = ".table";

  /** Far more than a table of the kernel's size takes. */
  private static final long MOST_BYTES = 1L << 29;

  /** Write permission of a group and of all. */
  private static final int OTHERS_WRITE = 0022;

  /** How the names of files end that {@link AtomicFiles} is at work on. */
  private static final String UNFINISHED = ".new";

  /** Longer than anyone takes to write an entry. */
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
      if (!isOurs(directory) || !isEntry(file)) {
        return null;
      }
      byte[] bytes = Files.readAllBytes(file);
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
      return null; // missing, or not what was written
    }
  }

  private static int[] ints(ByteBuffer in) {
    int[] array = new int[in.getInt()];
    in.asIntBuffer().get(array);
    in.position(in.position() + array.length * 4);
    return array;
  }

  /** Writes a table; a cache that can't be written to is slow, not wrong. */
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
   * Returns whether nobody else can put entries into a directory: one that was planted could turn a
   * deny into an allow.
   */
  private static boolean isOurs(Path directory) throws IOException {
    if (!Files.getFileStore(directory).supportsFileAttributeView("unix")
        && !Files.getFileStore(directory).supportsFileAttributeView("posix")) {
      return true; // a system without owners
    }
    Map<String, Object> found = Files.readAttributes(directory, "unix:uid,mode");
    Path self = Path.of("/proc/self");
    Path ours = Files.exists(self) ? self : Path.of(System.getProperty("user.home"));
    Object own = Files.getAttribute(ours, "unix:uid");
    int mode = (Integer) Objects.requireNonNull(found.get("mode"));
    Object uid = found.get("uid");
    return (Objects.equals(uid, own) || Objects.equals(uid, 0)) && (mode & OTHERS_WRITE) == 0;
  }

  /**
   * Returns whether a file can be an entry: no link, no pipe that would be waited for, no giant.
   */
  private static boolean isEntry(Path file) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return found.isRegularFile() && found.size() <= MOST_BYTES;
  }

  /** Removes what writers left that were killed. */
  private void sweep() {
    Instant before = Instant.now().minus(LONG);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + UNFINISHED)) {
      for (Path file : left) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          delete(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It stays.
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // Nothing depends on it.
    }
  }
}
