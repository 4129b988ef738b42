package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.policy.PolicyDfa.Form;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.vocabulary.AcceptWords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tables that were built, in memory and, if wanted, in a directory. What a table is known
 * by is a hash of everything it depends on: its encoded rules (the resolved text, as the kernel's
 * and the policy's features have it), its form, and this compiler's version. So a profile that was
 * renamed, hats with the same rules, and a profile of which one child was changed find theirs.
 *
 * <p>Thread-safe, and so is the directory between processes: entries are written elsewhere and
 * moved into place; one that is damaged is ignored and written anew. Failures to read or write are
 * never more than a miss.
 */
public final class TableCache {

  /** To be raised whenever the same rules give other tables. */
  static final int COMPILER_VERSION = 3;

  private static final int MAGIC = 0x61613401;
  private static final int HASH_BYTES = 32;
  private static final String SUFFIX = ".table";

  /** How the names of files end that {@link AtomicFiles} is at work on. */
  private static final String UNFINISHED = ".new";

  /** Longer than anyone takes to write an entry. */
  private static final Duration LONG = Duration.ofHours(1);

  /** The expressions of a table with what they say, and the form that is wanted. */
  record Key(List<EncodedRule> rules, boolean files, boolean relative, boolean wide, Form form) {}

  private final long capacity;
  private final @Nullable Path directory;
  private final Map<String, PolicyDfa> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final AtomicBoolean swept = new AtomicBoolean();
  private long size;
  private long hits;

  private TableCache(long capacity, @Nullable Path directory) {
    this.capacity = capacity;
    this.directory = directory;
  }

  /**
   * Returns a cache in memory.
   *
   * @param bytes about how much to keep; what wasn't used for the longest time goes first
   */
  public static TableCache inMemory(long bytes) {
    return new TableCache(bytes, null);
  }

  /**
   * Returns this with a directory behind the memory, for what is used again after this process.
   *
   * @param place a directory, made if there is none when the first table is written; it only grows,
   *     and any file in it may be deleted at any time
   */
  public TableCache withDirectory(Path place) {
    return new TableCache(capacity, place);
  }

  /** Returns how many tables were found here so far. */
  public synchronized long hits() {
    return hits;
  }

  // ---- keys

  /** Returns a hash of what a table depends on. */
  static String hash(Key key) {
    MessageDigest digest = sha256();
    Hasher hasher = new Hasher(digest);
    hasher.number(COMPILER_VERSION);
    hasher.number(key.files ? 1 : 0);
    hasher.number(key.relative ? 1 : 0);
    hasher.number(key.wide ? 1 : 0);
    hasher.name(key.form);
    for (EncodedRule rule : key.rules) {
      hasher.number(rule.priority());
      hasher.name(rule.action());
      hasher.number(rule.permissions());
      hasher.number(rule.audit());
      hasher.number(rule.exact() ? 1 : 0);
      hasher.regex(rule.regex());
    }
    hasher.flush();
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * Writes trees so that different ones give different bytes, and few of them: a letter is itself,
   * a set is written once and has a number from then on.
   */
  private static final class Hasher {
    private static final int FIRST_LETTER = 0x20;
    private static final int SINGLE = 1;
    private static final int SET = 2;
    private static final int STAR = 3;
    private static final int SEQUENCE = 4;
    private static final int CHOICE = 5;

    private final MessageDigest digest;
    private final ByteBuffer buffer = ByteBuffer.allocate(8192);
    private final Map<ByteSet, Integer> sets = new HashMap<>();

    Hasher(MessageDigest digest) {
      this.digest = digest;
    }

    /** Writes seven bits a byte, the last one below 128. */
    void number(int value) {
      int rest = value;
      while ((rest & ~0x7f) != 0) {
        letter(rest | 0x80);
        rest >>>= 7;
      }
      letter(rest);
    }

    private void flush() {
      digest.update(buffer.flip());
      buffer.clear();
    }

    void name(Enum<?> constant) {
      String name = constant.name();
      number(name.length());
      name.chars().forEach(this::letter);
    }

    private void letter(int value) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      buffer.put((byte) value);
    }

    private void set(ByteSet set) {
      Integer known = sets.putIfAbsent(set, sets.size());
      if (known != null) {
        number(known);
        return;
      }
      number(sets.size() - 1);
      if (buffer.remaining() < 4 * Long.BYTES) {
        flush();
      }
      buffer.putLong(set.a()).putLong(set.b()).putLong(set.c()).putLong(set.d());
      letter(set.mark() ? 1 : 0);
    }

    void regex(Regex regex) {
      if (regex instanceof Regex.Bytes bytes) {
        int first = bytes.set().first();
        if (bytes.set().size() != 1) {
          letter(SET);
          set(bytes.set());
        } else if (first >= FIRST_LETTER && first < ByteSet.MARK) {
          letter(first);
        } else {
          letter(SINGLE);
          number(first);
        }
      } else if (regex instanceof Regex.Star star) {
        letter(STAR);
        set(star.set());
      } else if (regex instanceof Regex.Sequence sequence) {
        children(SEQUENCE, sequence.parts());
      } else if (regex instanceof Regex.Choice choice) {
        children(CHOICE, choice.choices());
      }
    }

    private void children(int kind, List<Regex> children) {
      letter(kind);
      number(children.size());
      for (Regex child : children) {
        regex(child);
      }
    }
  }

  // ---- what is kept

  @Nullable PolicyDfa get(String hash, Key key) {
    synchronized (this) {
      PolicyDfa dfa = kept.get(hash);
      if (dfa != null) {
        hits++;
        return dfa;
      }
    }
    PolicyDfa dfa = read(hash, key);
    if (dfa != null) {
      keep(hash, dfa);
      synchronized (this) {
        hits++;
      }
    }
    return dfa;
  }

  void put(String hash, PackedDfa tables, AcceptWords[] words, PolicyDfa dfa) {
    keep(hash, dfa);
    if (directory != null) {
      write(directory, hash, bytes(tables, words));
      if (!swept.getAndSet(true)) {
        sweep(directory);
      }
    }
  }

  private static long weight(PolicyDfa dfa) {
    return 8L * dfa.tables().next().length + 16L * dfa.size();
  }

  private synchronized void keep(String hash, PolicyDfa dfa) {
    if (weight(dfa) > capacity || kept.putIfAbsent(hash, dfa) != null) {
      return;
    }
    size += weight(dfa);
    Iterator<PolicyDfa> oldest = kept.values().iterator();
    while (size > capacity && oldest.hasNext()) {
      size -= weight(oldest.next());
      oldest.remove();
    }
  }

  // ---- files: a magic number, five arrays of ints with their lengths, a hash of it all

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
    MessageDigest digest = sha256();
    digest.update(out.array(), 0, out.position());
    return out.put(digest.digest()).array();
  }

  private @Nullable PolicyDfa read(String hash, Key key) {
    if (directory == null) {
      return null;
    }
    try {
      byte[] bytes = Files.readAllBytes(directory.resolve(hash + SUFFIX));
      int end = bytes.length - HASH_BYTES;
      MessageDigest digest = sha256();
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
      return PolicyDfa.of(tables, words, key.form, key.files);
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

  private static void write(Path directory, String hash, byte[] bytes) {
    try {
      Files.createDirectories(directory);
      AtomicFiles.writeDisposable(directory.resolve(hash + SUFFIX), bytes);
    } catch (IOException e) {
      // A cache that can't be written to is slow, not wrong.
    }
  }

  /** Removes what writers left that were killed. */
  private static void sweep(Path directory) {
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
