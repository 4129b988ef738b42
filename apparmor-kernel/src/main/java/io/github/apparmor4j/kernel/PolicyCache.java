package io.github.apparmor4j.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.source.AtomicFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A cache of compiled policy as {@code apparmor_parser} writes it, and as systemd (early policy),
 * snapd and {@code aa-load} read it. In a location, such as {@code /var/cache/apparmor}, there is a
 * directory for each set of kernel features; in it {@code .features}, the text of these features,
 * and for each file of profiles a file of the same name with their binary policy, whose time is
 * that of the youngest text in it.
 *
 * <pre>{@code
 * PolicyCache cache = PolicyCache.create(kernel.features().toText(), List.of(location));
 * byte[] policy = cache.find("usr.bin.web", youngest).map(PolicyCache.Entry::policy).orElse(null);
 * if (policy == null) {
 *   policy = compiler.compile(text).orThrow().toBytes();
 *   cache.write("usr.bin.web", policy, youngest);
 * }
 * }</pre>
 *
 * <p>Of several locations the first one counts: files are written to it only, and a file in it
 * stands for those of its name in the others. An empty file stands for none.
 *
 * <p>Thread-safe; several processes may share a location. Files are replaced as a whole. The form
 * is documented in {@code docs/policy-cache.md}, with how it was found out.
 */
public final class PolicyCache {

  /** The most locations that a cache can have. */
  public static final int MAX_LOCATIONS = 4;

  private static final String FEATURES = ".features";

  /** How binary policy begins (docs/binary-policy.md). */
  private static final byte[] HEADER = "\4\10\0version\0".getBytes(US_ASCII);

  private static final int MAX_BYTES = BoundedFiles.inHeap(256 << 20);
  private static final int MAX_FEATURES = 1 << 20;

  /**
   * What a cache holds for a file of profiles.
   *
   * @param file where it is kept
   * @param policy the binary policy; nothing has checked more than that it begins like one
   */
  public record Entry(Path file, byte[] policy) {}

  private final List<Path> directories;

  private PolicyCache(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /**
   * Opens a cache to read from.
   *
   * @param features the text of the kernel's features ({@link Features#toText} of those that {@link
   *     AppArmorKernel#features} returns, or a file with features, byte for byte)
   * @param locations at least one; those after the first that don't exist or are for other features
   *     are left out
   * @throws NoSuchFileException if the first location has nothing for these features
   * @throws FileAlreadyExistsException if other features, with the same hash, have its place
   * @throws NotDirectoryException if the first location is a file
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if there is no location, or more than {@link #MAX_LOCATIONS}
   */
  public static PolicyCache open(String features, List<Path> locations) throws IOException {
    return opened(features, locations, false);
  }

  /**
   * Opens a cache to read from and to write to. What the first location lacks is created, readable
   * by this user only.
   *
   * @param features as for {@link #open}
   * @param locations as for {@link #open}
   * @throws IOException as for {@link #open}, or if something can't be created
   * @throws IllegalArgumentException as for {@link #open}
   */
  public static PolicyCache create(String features, List<Path> locations) throws IOException {
    return opened(features, locations, true);
  }

  private static PolicyCache opened(String features, List<Path> locations, boolean create)
      throws IOException {
    if (locations.isEmpty() || locations.size() > MAX_LOCATIONS) {
      throw new IllegalArgumentException("locations: " + locations.size());
    }
    List<Path> directories = new ArrayList<>();
    for (Path location : locations) {
      Path directory = directory(location, features);
      if (directories.isEmpty()) {
        checkDirectory(location);
        if (create && !Files.exists(directory.resolve(FEATURES))) {
          create(directory, features);
        }
        checkFeatures(directory, features);
        directories.add(directory);
      } else if (isFor(directory, features)) {
        directories.add(directory);
      }
    }
    return new PolicyCache(directories);
  }

  private static void checkDirectory(Path location) throws IOException {
    for (Path at = location.toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at)) {
        if (!Files.isDirectory(at)) {
          throw new NotDirectoryException(location.toString());
        }
        return;
      }
    }
  }

  private static void create(Path directory, String features) throws IOException {
    boolean modes = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] mine =
        modes
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    Files.createDirectories(directory, mine);
    clear(directory); // nobody knows what features the files in it are for
    AtomicFiles.write(directory.resolve(FEATURES), features.getBytes(UTF_8));
  }

  private static void checkFeatures(Path directory, String features) throws IOException {
    byte[] expected = features.getBytes(UTF_8);
    Path file = directory.resolve(FEATURES);
    if (!Arrays.equals(BoundedFiles.read(file, MAX_FEATURES), expected)) {
      throw new FileAlreadyExistsException(file.toString());
    }
  }

  private static boolean isFor(Path directory, String features) {
    try {
      checkFeatures(directory, features);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns the directory for a set of features in a location, whether it exists or not.
   *
   * @param features the text of the features; another text of the same features has another place
   */
  public static Path directory(Path location, String features) {
    return location.resolve("%08x.0".formatted(hash(features.getBytes(UTF_8))));
  }

  /** Returns the directories of the locations that are used, in their order. */
  public List<Path> directories() {
    return directories;
  }

  /**
   * Returns what is kept for a file of profiles.
   *
   * @param name the file's name, without its directory
   * @param youngest the time of the youngest of the texts that the policy was made of: the file's,
   *     and that of all files and directories that it includes
   * @return the policy; empty if there is none, if it is older, or if it is not binary policy
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if that can't be the name of a cached file
   */
  public Optional<Entry> find(String name, FileTime youngest) throws IOException {
    checkName(name);
    for (Path directory : directories) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        boolean counts =
            Files.isRegularFile(file)
                && Files.size(file) <= MAX_BYTES // another is no entry, and no failure
                && Files.getLastModifiedTime(file).compareTo(youngest) >= 0;
        byte[] policy = counts ? BoundedFiles.read(file, MAX_BYTES) : new byte[0];
        return begins(policy)
            ? Optional.of(new Entry(file.toRealPath(), policy))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean begins(byte[] policy) {
    return policy.length > HEADER.length
        && Arrays.equals(policy, 0, HEADER.length, HEADER, 0, HEADER.length);
  }

  /**
   * Keeps the policy of a file of profiles, in the place of what was kept for it.
   *
   * @param name the file's name, without its directory
   * @param policy the binary policy; not kept in memory. Of a file without profiles it is empty
   * @param youngest as for {@link #find}
   * @return where it is kept
   * @throws IOException if it can't be written; what was kept before is still there
   * @throws IllegalArgumentException if that can't be the name of a cached file
   */
  public Path write(String name, byte[] policy, FileTime youngest) throws IOException {
    checkName(name);
    Path file = directories.get(0).resolve(name);
    AtomicFiles.writeDated(file, policy, youngest);
    return file.toRealPath();
  }

  private static void checkName(String name) {
    if (name.isEmpty() || name.contains("/") || name.startsWith(".")) {
      throw new IllegalArgumentException("not the name of a cached file: '" + name + "'");
    }
  }

  /**
   * Removes everything in a location: the caches for all sets of features, and what else is there.
   *
   * @throws IOException if something can't be removed, or there is no such directory
   */
  public static void clear(Path location) throws IOException {
    Path real = location.toRealPath(); // a walk doesn't follow even its first link
    if (!Files.isDirectory(real)) {
      throw new NotDirectoryException(location.toString());
    }
    List<Path> found;
    try (Stream<Path> all = Files.walk(real)) {
      found = all.filter(path -> !path.equals(real)).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : found) {
      Files.deleteIfExists(path);
    }
  }

  /** MurmurHash3 for 32 bits, which names a set of features; the seed is the reference's. */
  private static int hash(byte[] bytes) {
    int hash = 5381;
    int block = 0;
    for (int i = 0; i < bytes.length; i++) {
      block |= (bytes[i] & 0xff) << (8 * (i % 4));
      if (i % 4 == 3) {
        hash = Integer.rotateLeft(hash ^ mixed(block), 13) * 5 + 0xe6546b64;
        block = 0;
      }
    }
    hash ^= mixed(block) ^ bytes.length;
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return hash ^ hash >>> 16;
  }

  private static int mixed(int block) {
    return Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
  }
}
