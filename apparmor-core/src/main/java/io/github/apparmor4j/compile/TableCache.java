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
 * A cache of tables that were built, in memory and, if wanted, in a directory. A table is found by
 * a hash of everything it depends on: its encoded rules (the resolved rules, as the features of the
 * kernel and the policy have them), its form, and this compiler's version. So tables are found
 * again for a renamed profile, for hats with the same rules, and for a profile if only a child was
 * changed.
 *
 * <pre>{@code
 * TableCache cache = TableCache.inMemory(100_000_000).withDirectory(Path.of("/var/cache/policy"));
 * PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_6_12).withCache(cache);
 * }</pre>
 *
 * <p>Thread-safe. Several processes may share the directory, too: entries are written elsewhere and
 * moved into place, and a damaged entry is ignored and written anew. If reading or writing fails,
 * the table is built again; there is no error. Entries are read only from a directory that nobody
 * but this user and root can write to; file systems without owners are trusted.
 */
public final class TableCache {

  /** Must be raised whenever the same rules give other tables. */
  static final int COMPILER_VERSION = 3;

  private final long capacity;
  private final @Nullable TableFiles files;
  private final Map<String, PolicyDfa> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long size;
  private long hits;
  private long misses;

  private TableCache(long capacity, @Nullable TableFiles files) {
    this.capacity = capacity;
    this.files = files;
  }

  /**
   * Returns a cache in memory.
   *
   * @param bytes about how much to keep; tables that were not used for the longest time are dropped
   *     first
   */
  public static TableCache inMemory(long bytes) {
    return new TableCache(bytes, null);
  }

  /**
   * Returns a new cache of the same size that also uses a directory, so that tables can be used
   * again after this process. The tables of this cache are not copied.
   *
   * @param place a directory that others can't write to. It is created when the first table is
   *     written. It only grows; any file in it may be deleted at any time
   */
  public TableCache withDirectory(Path place) {
    return new TableCache(capacity, new TableFiles(place));
  }

  /** Returns how many tables have been found in this cache so far. */
  public synchronized long hits() {
    return hits;
  }

  /** Returns how many tables have been looked for in vain so far. */
  public synchronized long misses() {
    return misses;
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
    }
    synchronized (this) {
      hits += dfa == null ? 0 : 1;
      misses += dfa == null ? 1 : 0;
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
