package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.kernel.PolicyCache;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.source.Failures;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The policy cache as options want it: whether it is read and written, and what is said about it.
 * Thread-safe.
 */
final class ParserCache {

  /** The kind of warnings about the cache. */
  static final String KIND = "cache";

  /** The time of what is never younger than anything. */
  static final FileTime NEVER = FileTime.fromMillis(0);

  private final @Nullable PolicyCache cache;
  private final boolean reads;
  private final boolean writes;
  private final String messages;
  private final boolean ok;

  /** A file that was changed after this time may not be what was read of it. */
  private final FileTime started = FileTime.from(Instant.now());

  private ParserCache(
      @Nullable PolicyCache cache, boolean reads, boolean writes, String messages, boolean ok) {
    this.cache = cache;
    this.reads = reads;
    this.writes = writes;
    this.messages = messages;
    this.ok = ok;
  }

  /**
   * Opens the cache, if options want one.
   *
   * @param features the text of the features that policy is compiled for
   * @throws IOException if the cache's location is wrong; a cache that can't be used otherwise is
   *     not used
   */
  static ParserCache open(ParserOptions options, String features, ParserMessages say)
      throws IOException {
    boolean uses = options.compiles() && !options.binary && !options.complain && !options.skipCache;
    boolean dumps = !options.dumped.isEmpty() || options.debugs;
    boolean reads =
        uses && !dumps && !options.skipReadCache && !options.stdout && options.out == null;
    boolean writes = uses && options.writeCache;
    if (!reads && !writes) {
      return new ParserCache(null, false, false, "", true);
    }
    List<Path> locations = options.caches();
    Path primary = locations.get(0);
    StringBuilder messages = new StringBuilder();
    boolean ok = true;
    try {
      PolicyCache cache =
          writes ? PolicyCache.create(features, locations) : PolicyCache.open(features, locations);
      if (options.showCache) {
        messages.append("Cache: added primary location '").append(primary).append("'\n");
      }
      for (Path other : locations.subList(1, locations.size())) {
        boolean used = cache.directories().contains(PolicyCache.directory(other, features));
        if (!used || options.showCache) {
          String message =
              used
                  ? "Cache: added readonly location '" + other + "'"
                  : "Cache: failed to add read only location '"
                      + other
                      + "', does not contain valid cache directory for the specified feature set";
          ok &= !say.isFatal(KIND);
          messages.append(say.warning(KIND, "stdin", "line 1", message));
        }
      }
      return new ParserCache(cache, reads, writes && !dumps, messages.toString(), ok);
    } catch (NotDirectoryException e) {
      throw new IOException(
          "Failed setting up policy cache (" + primary + "): " + Failures.reason(e), e);
    } catch (IOException e) {
      String what =
          writes
              ? "Cache write disabled: Cannot create cache '" + primary + "': "
              : "Cache read/write disabled: Policy cache is invalid: ";
      String message = options.showCache ? what + Failures.reason(e) + "\n" : "";
      return new ParserCache(null, false, false, message, true);
    }
  }

  /** Returns what there is to say before any file is worked on. */
  String messages() {
    return messages;
  }

  /** Returns whether nothing of that is an error. */
  boolean isOk() {
    return ok;
  }

  /**
   * Returns the policy that is kept for a file of profiles, if it is that of the same profiles: a
   * file of the same name in another directory has the same place. What can't be read isn't there.
   */
  Optional<PolicyCache.Entry> find(String name, FileTime youngest, Set<String> profiles) {
    if (cache == null || !reads) {
      return Optional.empty();
    }
    try {
      return cache.find(name, youngest).filter(entry -> names(entry.policy()).equals(profiles));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Set<String> names(byte[] policy) {
    Set<String> names = new HashSet<>();
    try {
      PolicyReader.pieces(policy, true).forEach(piece -> names.addAll(piece.names()));
    } catch (PolicyFormatException e) {
      return Set.of(); // damaged, compressed, or newer than we can read
    }
    return names;
  }

  /**
   * Keeps a policy; returns where it is kept.
   *
   * @return empty if nothing is to be kept, or if a text has changed while it was read
   */
  Optional<Path> write(String name, byte[] policy, FileTime youngest) throws IOException {
    boolean changed =
        youngest.compareTo(started) > 0 && youngest.compareTo(FileTime.from(Instant.now())) <= 0;
    return cache == null || !writes || changed
        ? Optional.empty()
        : Optional.of(cache.write(name, policy, youngest));
  }
}
