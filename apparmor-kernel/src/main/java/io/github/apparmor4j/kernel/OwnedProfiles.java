package io.github.apparmor4j.kernel;

import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The profiles of a kernel that a {@link PolicyDirectory} has loaded, recorded in a file that
 * outlives it. An entry is written before its profile is loaded, so that no crash leaves a profile
 * that nobody owns, unless the disk is full. Entries of another boot don't count, nor do those of
 * profiles that someone else has replaced since.
 *
 * <p>The file is text: a line that names the format, a line for the boot, and a line for each
 * profile. That line has the hashes of what the profile may have been loaded with, its file and its
 * name, both percent-encoded.
 */
final class OwnedProfiles implements Ownership<IOException>, AutoCloseable {

  private static final String FORMAT = "apparmor4j-owned-profiles 1";
  private static final int LONGEST = BoundedFiles.inHeap(64 << 20);

  /**
   * An owned profile.
   *
   * @param file the file whose text has the profile
   * @param hashes SHA-256 of the policies that it may have been loaded with; more than one between
   *     {@link #intend} and {@link #settle}
   */
  private record Entry(String file, List<String> hashes) {}

  private final @Nullable Path state;
  private final String boot;
  private final Map<String, Entry> entries = new TreeMap<>();
  private final AppArmorKernel kernel;
  private @Nullable FileChannel lock;
  private String written = "";

  /**
   * Locks the file and reads what was owned.
   *
   * @param state the file; {@code null} to remember nothing
   * @param boot a text that tells this boot from others
   * @throws IOException if the file can't be read, has another format or is in use
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

  /**
   * Locks a second file beside the first, which is replaced as a whole and so can't be locked
   * itself.
   */
  private void lock(Path file) throws IOException {
    makeDirectoryOf(file);
    FileChannel channel = openPrivate(file.resolveSibling(file.getFileName() + ".lock"));
    boolean taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      taken = false; // this process has it already
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

  /**
   * Opens a file that only its owner may open, since everyone who can open it can lock it, too. One
   * that others may open is made private.
   */
  private static FileChannel openPrivate(Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-------");
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileSystemException(file.toString(), null, "not a regular file");
      } else if (posix) {
        Files.setPosixFilePermissions(file, mode);
      }
    }
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
            : new FileAttribute<?>[0];
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
        attributes);
  }

  private static void makeDirectoryOf(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) { // a link to a directory will do
      Files.createDirectories(directory);
    }
  }

  /** Releases the lock, so that others can use the file. */
  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
      lock = null;
    }
  }

  /**
   * Returns the owned profiles that aren't wanted, but are still loaded as we loaded them.
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

  /**
   * Disowns those of the given profiles that aren't loaded any more or that someone else has
   * replaced.
   */
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
        return false; // it was removed meanwhile
      }
      throw e;
    }
  }

  @Override
  public boolean hasLoaded(CompiledPolicy policy) {
    return hashes(policy).entrySet().stream()
        .allMatch(
            each -> {
              Entry entry = entries.get(each.getKey());
              return entry != null && entry.hashes().equals(List.of(each.getValue()));
            });
  }

  private void read(Path file) throws IOException {
    try {
      written = SourceText.decode(BoundedFiles.readOwn(file, LONGEST));
    } catch (NoSuchFileException e) {
      return; // nothing was saved yet
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
        throw new IOException(file + ": not an entry: " + line);
      }
      entries.put(
          decode(columns[2]), new Entry(decode(columns[1]), List.of(columns[0].split(",", -1))));
    }
  }

  @Override
  public boolean owns(String name) {
    return entries.containsKey(name);
  }

  /** Returns the file that a profile came from; empty if the profile isn't owned. */
  String file(String name) {
    Entry entry = entries.get(name);
    return entry == null ? "" : entry.file();
  }

  @Override
  public void intend(String file, CompiledPolicy policy) {
    hashes(policy)
        .forEach(
            (name, hash) -> {
              Entry before = entries.get(name);
              List<String> hashes = new ArrayList<>(before == null ? List.of() : before.hashes());
              hashes.remove(hash);
              hashes.add(hash);
              entries.put(name, new Entry(file, hashes));
            });
  }

  /**
   * Returns the hash of what a kernel keeps of a policy for each of its profiles: the piece that
   * the profile was written in.
   */
  private Map<String, String> hashes(CompiledPolicy policy) {
    Map<String, String> hashes = new TreeMap<>();
    try {
      boolean sets = kernel.features().has("policy/set_load");
      long namespaces =
          policy.profiles().stream()
              .map(profile -> Objects.toString(profile.namespace(), ""))
              .distinct()
              .count();
      if (sets && namespaces == 1) {
        LoadedPolicies.names(policy).forEach(name -> hashes.put(name, policy.fingerprint()));
        return hashes;
      }
      for (PolicyReader.Piece piece : PolicyReader.pieces(policy.toBytes(), sets)) {
        String hash = hash(piece.policy());
        piece.names().forEach(name -> hashes.put(name, hash));
      }
    } catch (PolicyFormatException | KernelException e) {
      LoadedPolicies.names(policy).forEach(name -> hashes.put(name, policy.fingerprint()));
    }
    return hashes;
  }

  @Override
  public void settle(String file, CompiledPolicy policy) {
    hashes(policy).forEach((name, hash) -> entries.put(name, new Entry(file, List.of(hash))));
  }

  @Override
  public void disown(Set<String> names) {
    names.forEach(entries::remove);
  }

  /** Writes the file, if what is owned has changed. */
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

  // Encodes bytes, since a name may contain some that are not UTF-8.
  private static String encode(String text) {
    String bytes = new String(SourceText.encode(text), StandardCharsets.ISO_8859_1);
    return URLEncoder.encode(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String decode(String text) throws IOException {
    try {
      String bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1);
      return SourceText.decode(bytes.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new IOException("not percent-encoded: " + text, e);
    }
  }
}
