package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.policy.ProfileName;
import io.github.apparmor4j.source.SourceText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The running Linux kernel, through securityfs. Loading and removing profiles needs the capability
 * {@code mac_admin} and a task that is not confined. Thread-safe: the kernel puts what several
 * threads do in order.
 *
 * <pre>{@code
 * if (SecurityFsKernel.availability() == Availability.ENABLED) {
 *   AppArmorKernel kernel = SecurityFsKernel.open();
 *   kernel.profiles().forEach(System.out::println);
 * }
 * }</pre>
 */
public final class SecurityFsKernel implements AppArmorKernel {

  private static final Path MODULE = Path.of("/sys/module/apparmor");
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private static final Pattern ANSWER =
      Pattern.compile(
          """
          allow 0x(\\p{XDigit}{8})
          deny 0x(\\p{XDigit}{8})
          audit 0x(\\p{XDigit}{8})
          quiet 0x(\\p{XDigit}{8})
          """);

  /** How often the list is read again at most, while others change it. */
  private static final int MOST_LOOKS = 16;

  private static final int MOST_WAIT = 100; // milliseconds
  private static final Pattern PROFILE = Pattern.compile("(.+) \\((\\w+)\\)");

  private final Path directory;

  private SecurityFsKernel(Path directory) {
    this.directory = directory;
  }

  /** Returns whether the running kernel can be opened, and if not, why. */
  public static Availability availability() {
    if (!Files.isDirectory(MODULE)) {
      return Availability.NOT_BUILT_IN;
    }
    try {
      if (!SourceText.decode(
              BoundedFiles.read(MODULE.resolve("parameters/enabled"), KernelFile.MOST_BYTES))
          .startsWith("Y")) {
        return Availability.DISABLED_AT_BOOT;
      }
      Path found = find();
      if (found == null) {
        return Availability.NOT_MOUNTED;
      }
      return Files.isReadable(found.resolve("features"))
          ? Availability.ENABLED
          : Availability.NO_PERMISSION;
    } catch (IOException e) {
      return Availability.NO_PERMISSION;
    }
  }

  /**
   * Opens the running kernel.
   *
   * @throws KernelException ENOENT or EACCES if it can't be opened; {@link #availability} says why
   */
  public static SecurityFsKernel open() throws KernelException {
    Availability availability = availability();
    try {
      Path found = availability == Availability.ENABLED ? find() : null;
      if (found != null) {
        return at(found);
      }
    } catch (IOException e) {
      throw KernelException.of("open", MOUNTS, e);
    }
    throw new KernelException(
        "open",
        availability == Availability.NO_PERMISSION ? Errno.EACCES : Errno.ENOENT,
        availability.toString(),
        null);
  }

  /**
   * Returns the kernel whose interface is in a directory, for containers that have it elsewhere,
   * and for tests with a tree of plain files. Nothing is read before the first operation.
   *
   * @param directory the {@code apparmor} directory of a securityfs; if it doesn't exist,
   *     operations fail with ENOENT
   */
  public static SecurityFsKernel at(Path directory) {
    return new SecurityFsKernel(Objects.requireNonNull(directory, "directory"));
  }

  private static @Nullable Path find() throws IOException {
    for (String line :
        SourceText.decode(BoundedFiles.read(MOUNTS, KernelFile.MOST_BYTES)).lines().toList()) {
      String[] fields = line.split(" ", -1);
      if (fields.length > 2 && fields[2].equals("securityfs")) {
        Path directory = Path.of(fields[1].replace("\\040", " "), "apparmor");
        if (Files.isDirectory(directory)) {
          return directory;
        }
      }
    }
    return null;
  }

  @Override
  public Features features() throws KernelException {
    Path root = directory.resolve("features");
    try {
      return Features.readDirectory(root);
    } catch (IOException e) {
      throw KernelException.of("features", root, e);
    }
  }

  @Override
  public void load(byte[] policy) throws KernelException {
    give("load", ".load", policy);
  }

  @Override
  public void replace(byte[] policy) throws KernelException {
    give("replace", ".replace", policy);
  }

  /**
   * Gives a policy to the kernel, and checks that the kernel lists its profiles then. The profiles
   * of a namespace are given at once; before Linux 3.13, each is given by itself.
   */
  private void give(String operation, String file, byte[] policy) throws KernelException {
    boolean sets = Files.exists(directory.resolve("features/policy/set_load"));
    RawPolicy.give(
        operation,
        policy,
        sets,
        new RawPolicy.Taker() {
          @Override
          public void take(PolicyReader.Piece piece) throws KernelException {
            write(operation, file, piece.policy());
            checkListed(operation, piece.names());
          }

          @Override
          public Set<String> loaded() throws KernelException {
            return LoadedProfile.names(profiles());
          }
        });
  }

  /** Checks that the kernel lists each of the given profiles exactly once. */
  private void checkListed(String operation, List<String> names) throws KernelException {
    String wrong = notListedOnce(names, listed());
    if (wrong != null) {
      wrong = notListedOnce(names, profiles());
    }
    if (wrong != null) {
      throw new KernelException(operation, Errno.OTHER, "the kernel took profile " + wrong, null);
    }
  }

  /**
   * Returns the first name that is not in a list exactly once, with words about how often it is
   * there; {@code null} if all are.
   */
  private static @Nullable String notListedOnce(List<String> names, List<LoadedProfile> profiles) {
    Map<String, Integer> listed = new HashMap<>();
    profiles.forEach(profile -> listed.merge(profile.name(), 1, Integer::sum));
    for (String name : names) {
      int times = name.contains("\n") ? 1 : listed.getOrDefault(name, 0); // not shown on one line
      if (times != 1) {
        return name + ", but lists it " + times + " times";
      }
    }
    return null;
  }

  @Override
  public void remove(String name) throws KernelException {
    write("remove", ".remove", SourceText.encode(name));
  }

  /** Writes all bytes at once, since the kernel takes each write as complete. */
  private void write(String operation, String file, byte[] bytes) throws KernelException {
    if (bytes.length == 0) {
      throw new KernelException(
          operation, Errno.EINVAL, "nothing was written", null); // Linux 6.1 would take it
    }
    KernelFile.write(operation, directory.resolve(file), bytes);
  }

  @Override
  public List<LoadedProfile> profiles() throws KernelException {
    List<LoadedProfile> last = listed();
    for (int i = 0; i < MOST_LOOKS; i++) {
      List<LoadedProfile> now = listed();
      if (now.equals(last)) {
        break;
      }
      last = now;
    }
    return last;
  }

  /**
   * Reads the list once. The kernel hands it out in pieces and only counts how far it has got: if
   * policy changes between two pieces, even the last ones, a profile may be in the list twice or
   * missing.
   */
  private List<LoadedProfile> listed() throws KernelException {
    Path file = directory.resolve("profiles");
    List<LoadedProfile> profiles = new ArrayList<>();
    try {
      for (String line :
          SourceText.decode(BoundedFiles.read(file, KernelFile.MOST_BYTES)).split("\n", -1)) {
        Matcher profile = PROFILE.matcher(line);
        if (profile.matches()) {
          profiles.add(new LoadedProfile(profile.group(1), profile.group(2)));
        }
      }
    } catch (IOException e) {
      throw KernelException.of("profiles", file, e);
    }
    return List.copyOf(profiles);
  }

  @Override
  public PolicyNamespace policy() throws KernelException {
    return namespace("", directory.resolve("policy"));
  }

  private static PolicyNamespace namespace(String name, Path at) throws KernelException {
    List<PolicyNamespace> below = new ArrayList<>();
    for (Path each : list(at.resolve("namespaces"))) {
      below.add(namespace(String.valueOf(each.getFileName()), each));
    }
    return new PolicyNamespace(name, nodes("", at.resolve("profiles")), below);
  }

  private static List<PolicyNamespace.Node> nodes(String parent, Path in) throws KernelException {
    List<PolicyNamespace.Node> nodes = new ArrayList<>();
    for (Path each : list(in)) {
      try {
        String hash = null;
        for (String kind : List.of("sha256", "sha1")) {
          if (hash == null && Files.exists(each.resolve(kind))) {
            hash = line(each.resolve(kind));
          }
        }
        String name = parent + line(each.resolve("name")); // a child's has its own part only
        nodes.add(
            new PolicyNamespace.Node(
                name,
                line(each.resolve("mode")),
                line(each.resolve("attach")),
                hash,
                nodes(name + "//", each.resolve("profiles"))));
      } catch (IOException e) {
        // It was removed while we looked.
        if (!(e instanceof NoSuchFileException)) {
          throw KernelException.of("policy", each, e);
        }
      }
    }
    nodes.sort(Comparator.comparing(PolicyNamespace.Node::name));
    return nodes;
  }

  private static List<Path> list(Path in) throws KernelException {
    if (!Files.exists(in)) {
      return List.of(); // profiles without children have no directory for them
    }
    try (Stream<Path> files = Files.list(in)) {
      return files.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw KernelException.of("policy", in, e);
    }
  }

  /**
   * Reads a line and removes only the newline after it, since names may begin or end with blanks.
   */
  private static String line(Path file) throws IOException {
    String text = SourceText.decode(BoundedFiles.read(file, KernelFile.MOST_BYTES));
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  @Override
  public Optional<byte[]> rawData(String profile) throws KernelException {
    Path file = place(profile).resolve("raw_data");
    try {
      return Files.exists(file)
          ? Optional.of(BoundedFiles.read(file, KernelFile.MOST_BYTES))
          : Optional.empty();
    } catch (IOException e) {
      throw KernelException.of("rawData", file, e);
    }
  }

  /** Returns a profile's directory, whose name is made up by the kernel. */
  private Path place(String profile) throws KernelException {
    Path found = null;
    try {
      ProfileName name = ProfileName.parse(profile);
      found = directory.resolve("policy");
      if (name.namespace() != null) {
        for (String namespace : name.namespace().split("//", -1)) {
          if (!RawPolicy.isNamespace(namespace)) {
            throw new IllegalArgumentException("a path, not a namespace: " + namespace);
          }
          found = found.resolve("namespaces").resolve(namespace);
        }
      }
      for (String segment : name.segments()) {
        found = found == null ? null : find(found.resolve("profiles"), segment);
      }
    } catch (IllegalArgumentException e) {
      found = null; // not a valid profile name, or not one of a directory
    }
    if (found == null) {
      throw new KernelException(
          "rawData", Errno.ENOENT, "the profile " + profile + " is not loaded", null);
    }
    return found;
  }

  private static @Nullable Path find(Path in, String name) throws KernelException {
    for (Path each : list(in)) {
      try {
        if (line(each.resolve("name")).equals(name)) {
          return each;
        }
      } catch (NoSuchFileException e) {
        // It was removed meanwhile.
      } catch (IOException e) {
        throw KernelException.of("rawData", each, e);
      }
    }
    return null;
  }

  @Override
  public long revision() throws KernelException {
    try (KernelFile file = KernelFile.open("revision", directory.resolve("revision"), false)) {
      return file.number();
    }
  }

  @Override
  public long awaitChange(long seen, Duration most) throws KernelException, InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    try (KernelFile file = KernelFile.open("revision", directory.resolve("revision"), false)) {
      long now = file.number(); // the first read does not wait
      while (now == seen) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        // It waits in short pieces, because an interrupt does not end a system call.
        long left = Math.min(MOST_WAIT, (deadline - System.nanoTime()) / 1_000_000);
        if (left < 0) {
          return seen;
        }
        if (file.awaitInput((int) left)) {
          now = file.number();
        }
      }
      return now;
    }
  }

  @Override
  public void createNamespace(String name) throws KernelException {
    KernelFile.makeDirectory("createNamespace", namespacePath(name));
  }

  @Override
  public void removeNamespace(String name) throws KernelException {
    KernelFile.removeDirectory("removeNamespace", namespacePath(name));
  }

  private Path namespacePath(String name) throws KernelException {
    RawPolicy.checkNamespace(name);
    return directory.resolve("policy/namespaces").resolve(name);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The kernel can't be asked about capabilities, the execution of programs, links, hats, Unix
   * sockets, addresses of sockets, or files of others, since root asks.
   *
   * @throws KernelException EINVAL for those
   */
  @Override
  public Decision query(String profile, Access access) throws KernelException {
    Optional<Access.KernelQuestion> question = access.kernelQuestion();
    if (question.isEmpty()) {
      throw new KernelException("query", Errno.EINVAL, "a kernel can't be asked: " + access, null);
    }
    int wanted = question.get().wanted();
    AccessWords answer = AccessWords.UNMEDIATED;
    // Policy of the newest version has sockets in another class, which is not in force in others.
    for (byte[] string : question.get().strings()) {
      AccessWords one = ask(profile, string);
      answer = one.equals(AccessWords.UNMEDIATED) ? answer : one;
    }
    boolean allowed = answer.allows(wanted);
    boolean lenient =
        !allowed
            && profiles().stream()
                .anyMatch(p -> p.name().equals(profile) && p.mode().equals("complain"));
    return new Decision(allowed || lenient, answer.logs(wanted), List.of());
  }

  @Override
  public AccessWords ask(String label, byte[] question) throws KernelException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes("label\0".getBytes(StandardCharsets.US_ASCII));
    whole.writeBytes(SourceText.encode(label));
    whole.write(0);
    whole.writeBytes(question);
    Path path = directory.resolve(".access");
    String text = KernelFile.ask("query", path, whole.toByteArray());
    Matcher words = ANSWER.matcher(text);
    if (!words.matches()) {
      throw new KernelException("query", Errno.OTHER, "unknown answer: " + text, null);
    }
    int[] values = new int[4];
    for (int i = 0; i < values.length; i++) {
      values[i] = Integer.parseUnsignedInt(words.group(i + 1), 16);
    }
    return new AccessWords(values[0], values[1], values[2], values[3]);
  }
}
