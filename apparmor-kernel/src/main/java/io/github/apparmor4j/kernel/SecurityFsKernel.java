package io.github.apparmor4j.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.access.Query;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.kernel.internal.LibC;
import io.github.apparmor4j.policy.MountFlags;
import io.github.apparmor4j.policy.PolicyClass;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.source.SourceText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The running Linux kernel, through securityfs. Loading and removing need the capability {@code
 * mac_admin} and a task that is not confined. Thread-safe; the kernel orders what several threads
 * do.
 */
public final class SecurityFsKernel implements AppArmorKernel {

  private static final Path MODULE = Path.of("/sys/module/apparmor");
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  // The kernel's AA_MAY_* of files, which are not the bits of the policy's words.
  private static final int CREATE_AND_WRITE = 0x2;
  private static final int LOCK = 0x8000;
  private static final int MMAP_EXEC = 0x10000;

  private static final Pattern ANSWER =
      Pattern.compile(
          """
          allow 0x(\\p{XDigit}{8})
          deny 0x\\p{XDigit}{8}
          audit 0x(\\p{XDigit}{8})
          quiet 0x(\\p{XDigit}{8})
          """);
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
      if (!Files.readString(MODULE.resolve("parameters/enabled")).startsWith("Y")) {
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
   * @throws KernelException ENOENT or EACCES if it can't be: {@link #availability} says why
   */
  public static SecurityFsKernel open() throws KernelException {
    Availability availability = availability();
    try {
      Path found = availability == Availability.ENABLED ? find() : null;
      if (found != null) {
        return new SecurityFsKernel(found);
      }
    } catch (IOException e) {
      throw failed("open", MOUNTS, e);
    }
    throw new KernelException(
        "open",
        availability == Availability.NO_PERMISSION ? Errno.EACCES : Errno.ENOENT,
        availability.toString(),
        null);
  }

  private static @Nullable Path find() throws IOException {
    for (String line : Files.readAllLines(MOUNTS)) {
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
      throw failed("features", root, e);
    }
  }

  @Override
  public void load(byte[] policy) throws KernelException {
    write("load", ".load", policy);
  }

  @Override
  public void replace(byte[] policy) throws KernelException {
    write("replace", ".replace", policy);
  }

  @Override
  public void remove(String name) throws KernelException {
    write("remove", ".remove", SourceText.encode(name));
  }

  /** Writes all at once, since the kernel takes each write for a whole. */
  private void write(String operation, String file, byte[] bytes) throws KernelException {
    Path path = directory.resolve(file);
    if (bytes.length == 0) {
      throw new KernelException(
          operation, Errno.EINVAL, "nothing was written", null); // 6.1 takes it
    }
    try {
      int fd = LibC.open(terminated(path), LibC.O_WRONLY | LibC.O_CLOEXEC);
      try {
        long written = LibC.write(fd, bytes, new NativeLong(bytes.length)).longValue();
        if (written != bytes.length) {
          throw new KernelException(
              operation, Errno.OTHER, written + " of " + bytes.length + " bytes were taken", null);
        }
      } finally {
        LibC.close(fd);
      }
    } catch (LastErrorException e) {
      throw new KernelException(operation, path.toString(), e.getErrorCode(), e);
    }
  }

  private static byte[] terminated(Path path) {
    byte[] bytes = SourceText.encode(path.toString());
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  @Override
  public List<LoadedProfile> profiles() throws KernelException {
    Path file = directory.resolve("profiles");
    List<LoadedProfile> profiles = new ArrayList<>();
    try {
      for (String line : SourceText.decode(Files.readAllBytes(file)).split("\n", -1)) {
        Matcher profile = PROFILE.matcher(line);
        if (profile.matches()) {
          profiles.add(new LoadedProfile(profile.group(1), profile.group(2)));
        }
      }
    } catch (IOException e) {
      throw failed("profiles", file, e);
    }
    return List.copyOf(profiles);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The kernel can't be asked about capabilities, links, or, by root, files of others.
   *
   * @throws KernelException EINVAL for those
   */
  @Override
  public Decision query(String profile, Access access) throws KernelException {
    byte[] string = string(access);
    int wanted = wanted(access);
    if (string == null) {
      throw new KernelException("query", Errno.EINVAL, "a kernel can't be asked: " + access, null);
    }
    Matcher answer = ask(profile, string);
    int allow = Integer.parseUnsignedInt(answer.group(1), 16);
    int audit = Integer.parseUnsignedInt(answer.group(2), 16);
    int quiet = Integer.parseUnsignedInt(answer.group(3), 16);
    boolean allowed = (allow & wanted) == wanted;
    boolean logged = ((allowed ? audit : ~allow & ~quiet) & wanted) != 0;
    boolean lenient =
        !allowed
            && profiles().stream()
                .anyMatch(p -> p.name().equals(profile) && p.mode().equals("complain"));
    return new Decision(allowed || lenient, logged, List.of());
  }

  private static byte @Nullable [] string(Access access) {
    if (access instanceof Access.File file) {
      byte[] path = SourceText.encode(file.path());
      byte[] string = new byte[path.length + 1];
      string[0] = PolicyClass.FILE;
      System.arraycopy(path, 0, string, 1, path.length);
      return file.linkTarget() == null && file.owner() ? string : null;
    }
    return access instanceof Access.Capability ? null : Query.of(access).string();
  }

  private static int wanted(Access access) {
    if (access instanceof Access.File file) {
      int bits = file.permissions().bits();
      return (bits & (FilePermissions.EXEC | FilePermissions.READ | FilePermissions.APPEND))
          | ((bits & FilePermissions.WRITE) != 0 ? CREATE_AND_WRITE : 0)
          | ((bits & FilePermissions.LOCK) != 0 ? LOCK : 0)
          | ((bits & FilePermissions.MMAP_EXEC) != 0 ? MMAP_EXEC : 0);
    }
    if (access instanceof Access.Network network) {
      return network.permission().bit();
    }
    if (access instanceof Access.Signal signal) {
      return signal.permission().bit();
    }
    if (access instanceof Access.Ptrace ptrace) {
      return ptrace.permission().bit();
    }
    if (access instanceof Access.Mount) {
      return MountFlags.MOUNT_PERMISSION;
    }
    return access instanceof Access.Umount ? MountFlags.UMOUNT_PERMISSION : 0;
  }

  private Matcher ask(String profile, byte[] string) throws KernelException {
    Path path = directory.resolve(".access");
    ByteArrayOutputStream question = new ByteArrayOutputStream();
    question.writeBytes("label\0".getBytes(StandardCharsets.US_ASCII));
    question.writeBytes(SourceText.encode(profile));
    question.write(0);
    question.writeBytes(string);
    byte[] answer = new byte[200];
    int length;
    try {
      int fd = LibC.open(terminated(path), LibC.O_RDWR | LibC.O_CLOEXEC);
      try {
        LibC.write(fd, question.toByteArray(), new NativeLong(question.size()));
        length = LibC.read(fd, answer, new NativeLong(answer.length)).intValue();
      } finally {
        LibC.close(fd);
      }
    } catch (LastErrorException e) {
      throw new KernelException("query", path.toString(), e.getErrorCode(), e);
    }
    String text = new String(answer, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    Matcher words = ANSWER.matcher(text);
    if (!words.matches()) {
      throw new KernelException("query", Errno.OTHER, "unknown answer: " + text, null);
    }
    return words;
  }

  private static KernelException failed(String operation, Path path, IOException e) {
    return new KernelException(
        operation,
        e instanceof AccessDeniedException ? Errno.EACCES : Errno.OTHER,
        path + ": " + e,
        e);
  }
}
