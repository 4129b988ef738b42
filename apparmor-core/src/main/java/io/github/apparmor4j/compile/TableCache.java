package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.vocabulary.AcceptWords;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tables that were built, in memory and, if wanted, in a directory. What a table is known
 * by is a hash of everything it depends on: its encoded rules (the resolved text, as the kernel's
 * and the policy's features have it), its form, and this compiler's version. So a profile that was
 * renamed, hats with the same rules, and a profile of which one child was changed find theirs.
 *
 * <p>Thread-safe, and so is the directory between processes: entries are written elsewhere and
 * moved into place; one that is damaged is ignored and written anew. Failures to read or write are
 * never more than a miss. Entries are read only from a directory that nobody but this user and root
 * can write to.
 */
public final class TableCache {

  /** To be raised whenever the same rules give other tables. */
  static final int COMPILER_VERSION = 3;

  private final long capacity;
  private final @Nullable TableFiles files;
  private final Map<String, PolicyDfa> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long size;
  private long hits;

  private TableCache(long capacity, @Nullable TableFiles files) {
    this.capacity = capacity;
    this.files = files;
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
   *     and any file in it may be deleted at any time; not one that others can write to
   */
  public TableCache withDirectory(Path place) {
    return new TableCache(capacity, new TableFiles(place));
  }

  /** Returns how many tables were found here so far. */
  public synchronized long hits() {
    return hits;
  }

  @Nullable PolicyDfa get(String hash, TableKey key) {
    synchronized (this) {
      PolicyDfa dfa = kept.get(hash);
      if (dfa != null) {
        hits++;
        return dfa;
      }
    }
    PolicyDfa dfa = files == null ? null : files.read(hash, key);
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
    if (files != null) {
      files.write(hash, tables, words);
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
}
