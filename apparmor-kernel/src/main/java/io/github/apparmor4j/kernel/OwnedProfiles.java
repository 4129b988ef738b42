package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of a kernel's profiles a {@link PolicyDirectory} loaded, in a file that outlives it. An
 * entry is written before its profile is loaded, so that no crash leaves one that nobody owns; what
 * was written of another boot, or of a profile that is another one by now, doesn't count.
 *
 * <p>The file is text: a line that names the format, one for the boot, and one for each profile
 * with hashes of what it may have been loaded with, its file and its name, both percent-encoded.
 */
final class OwnedProfiles implements Ownership<IOException>, AutoCloseable {

  private static final String FORMAT = "apparmor4j-owned-profiles 1";
  private static final long LONGEST = 64 << 20;

  /**
   * An owned profile.
   *
   * @param file in whose text it stands
   * @param hashes SHA-256 of the policies it may have come with: two between intent and load
   */
  private record Entry(String file, List<String> hashes) {}

  private final @Nullable Path state;
  private final String boot;
  private final Map<String, Entry> entries = new TreeMap<>();
  private final AppArmorKernel kernel;
  private @Nullable FileChannel lock;
  private String written = "";

  /**
   * Reads what was owned.
   *
   * @param state {@code null} to remember nothing
   * @param boot what tells this boot from others
   * @throws IOException if the file can't be read or is none of these, or another process has it
   */
  OwnedProfiles(@Nullable Path state, String boot, AppArmorKernel kernel) throws IOException {
    this.state = state;
    this.boot = boot;
    this.kernel = kernel;
    if (state != null) {
      lock(state);
      try {
        read(state);
        disownOthers(Set.copyOf(entries.keySet()));
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }
  }

  /** Takes a lock beside the file, which is replaced as a whole and so can't be locked itself. */
  private void lock(Path file) throws IOException {
    makeDirectoryOf(file);
    FileChannel channel =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      taken = false; // by this process
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    if (!taken) {
      throw new IOException(file + " is in use by another agent");
    }
    lock = channel;
  }

  private static void makeDirectoryOf(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) { // which may be a link to one
      Files.createDirectories(directory);
    }
  }

  /** Lets others have the file. */
  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
      lock = null;
    }
  }

  /**
   * Returns the owned profiles that are loaded still, as they were by us, and aren't wanted.
   *
   * @throws KernelException if the kernel can't be asked
   */
  Set<String> leftOver(Predicate<String> wanted) throws KernelException {
    Set<String> left = new TreeSet<>(entries.keySet());
    left.removeIf(wanted);
    disownOthers(left);
    left.retainAll(entries.keySet());
    return left;
  }

  /** Disowns those of some profiles that aren't loaded any more, or are somebody else's by now. */
  private void disownOthers(Set<String> names) throws KernelException {
    Set<String> loaded = LoadedPolicies.of(kernel).names();
    Set<String> others = new TreeSet<>();
    for (String name : names) {
      Entry entry = entries.get(name);
      if (entry != null && (!loaded.contains(name) || !isOurs(name, entry))) {
        others.add(name);
      }
    }
    disown(others);
  }

  private boolean isOurs(String name, Entry entry) throws KernelException {
    try {
      Optional<byte[]> raw = kernel.rawData(name);
      return raw.isEmpty() || entry.hashes().contains(hash(raw.get()));
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT) {
        return false; // it went meanwhile
      }
      throw e;
    }
  }

  @Override
  public boolean hasLoaded(CompiledPolicy policy) {
    String hash = policy.fingerprint();
    return LoadedPolicies.names(policy).stream()
        .map(entries::get)
        .allMatch(entry -> entry != null && entry.hashes().equals(List.of(hash)));
  }

  private void read(Path file) throws IOException {
    try {
      if (Files.size(file) > LONGEST) {
        throw new IOException(file + " is too large for a list of owned profiles");
      }
      written = Files.readString(file);
    } catch (NoSuchFileException e) {
      return; // the first time
    }
    List<String> lines = written.lines().toList();
    if (lines.size() < 2 || !lines.get(0).equals(FORMAT)) {
      throw new IOException(file + " is not a list of owned profiles; remove it to own none");
    } else if (!lines.get(1).equals(boot)) {
      return;
    }
    for (String line : lines.subList(2, lines.size())) {
      String[] columns = line.split(" ", -1);
      if (columns.length != 3) {
        throw new IOException(file + ": no entry: " + line);
      }
      entries.put(
          decode(columns[2]), new Entry(decode(columns[1]), List.of(columns[0].split(",", -1))));
    }
  }

  @Override
  public boolean owns(String name) {
    return entries.containsKey(name);
  }

  /** Returns the file that a profile came from; empty for one that isn't owned. */
  String file(String name) {
    Entry entry = entries.get(name);
    return entry == null ? "" : entry.file();
  }

  @Override
  public void intend(String file, CompiledPolicy policy) {
    String hash = policy.fingerprint();
    for (String name : LoadedPolicies.names(policy)) {
      Entry before = entries.get(name);
      List<String> hashes = new ArrayList<>(before == null ? List.of() : before.hashes());
      hashes.remove(hash);
      hashes.add(hash);
      entries.put(name, new Entry(file, hashes));
    }
  }

  @Override
  public void settle(String file, CompiledPolicy policy) {
    String hash = policy.fingerprint();
    LoadedPolicies.names(policy).forEach(name -> entries.put(name, new Entry(file, List.of(hash))));
  }

  @Override
  public void disown(Set<String> names) {
    names.forEach(entries::remove);
  }

  /** Writes what is owned, if that changed. */
  @Override
  public void save() throws IOException {
    String text =
        entries.entrySet().stream()
            .map(
                each ->
                    String.join(",", each.getValue().hashes())
                        + ' '
                        + encode(each.getValue().file())
                        + ' '
                        + encode(each.getKey())
                        + '\n')
            .collect(Collectors.joining("", FORMAT + '\n' + boot + '\n', ""));
    if (state != null && !text.equals(written)) {
      makeDirectoryOf(state);
      AtomicFiles.writePrivate(state, text.getBytes(StandardCharsets.UTF_8));
      written = text;
    }
  }

  static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  // As bytes, since a name may hold some that are no UTF-8.
  private static String encode(String text) {
    String bytes = new String(SourceText.encode(text), StandardCharsets.ISO_8859_1);
    return URLEncoder.encode(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String decode(String text) throws IOException {
    try {
      String bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1);
      return SourceText.decode(bytes.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new IOException("no percent-encoded text: " + text, e);
    }
  }
}
