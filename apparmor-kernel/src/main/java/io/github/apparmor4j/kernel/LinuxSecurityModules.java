package io.github.apparmor4j.kernel;

import com.sun.jna.LastErrorException;
import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.internal.LibC;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all security modules of the kernel have in common: their list and, since Linux 6.8, the
 * system calls that read labels without {@code /proc}. Thread-safe. Loads JNA.
 *
 * <p>The numbers are those of {@code linux/lsm.h} and of the system call table, where these calls
 * have the same numbers on all architectures.
 */
public final class LinuxSecurityModules {

  private static final int GET_SELF_ATTRIBUTE = 459;
  private static final int LIST_MODULES = 461;
  private static final long APPARMOR = 104;
  private static final int MOST_MODULES = 64;
  private static final int FIRST_SIZE = 256;
  private static final int MOST_SIZE = 1 << 16;
  private static final int HEADER = 32; // id, flags, len, ctx_len: 64 bits each

  private static final Path LIST = Path.of("/sys/kernel/security/lsm");

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(100L, "capability"),
          Map.entry(101L, "selinux"),
          Map.entry(102L, "smack"),
          Map.entry(103L, "tomoyo"),
          Map.entry(104L, "apparmor"),
          Map.entry(105L, "yama"),
          Map.entry(106L, "loadpin"),
          Map.entry(107L, "safesetid"),
          Map.entry(108L, "lockdown"),
          Map.entry(109L, "bpf"),
          Map.entry(110L, "landlock"),
          Map.entry(111L, "ima"),
          Map.entry(112L, "evm"),
          Map.entry(113L, "ipe"));

  /** An attribute of a task. */
  public enum Attribute {
    /** The label that confines the task now. */
    CURRENT(100),
    /** The label that the task gets when it executes a program. */
    EXEC(101),
    /** The label that the task had before. */
    PREVIOUS(104);

    private final int number;

    Attribute(int number) {
      this.number = number;
    }
  }

  private LinuxSecurityModules() {}

  /**
   * Returns the names of the active modules, in the order in which the kernel asks them. They are
   * read from {@code securityfs} or, if that can't be read, by {@link #listed}.
   *
   * @return the names; empty if neither tells them
   */
  public static List<String> active() {
    try {
      String text = SourceText.decode(BoundedFiles.read(LIST, KernelFile.MOST_BYTES)).strip();
      return text.isEmpty() ? List.of() : List.of(text.split(","));
    } catch (IOException e) {
      return listed();
    }
  }

  /**
   * Returns the names of the active modules, as {@code lsm_list_modules} tells them.
   *
   * @return the names, {@code lsm-N} for a module that isn't known here; empty before Linux 6.8
   */
  public static List<String> listed() {
    long[] ids = new long[MOST_MODULES];
    try {
      int[] size = {ids.length * Long.BYTES};
      int count = LibC.syscall(LibC.number(LIST_MODULES), ids, size, 0).intValue();
      List<String> names = new ArrayList<>();
      for (long id : Arrays.copyOf(ids, count)) {
        names.add(NAMES.getOrDefault(id, "lsm-" + id));
      }
      return List.copyOf(names);
    } catch (LastErrorException e) {
      return List.of(); // ENOSYS: before Linux 6.8
    }
  }

  /**
   * Returns AppArmor's label of the calling thread, as {@code lsm_get_self_attr} tells it.
   *
   * @return the label; empty before Linux 6.8, without AppArmor, or if the attribute isn't set
   */
  public static Optional<Label> ofThisThread(Attribute attribute) {
    for (int length = FIRST_SIZE; length <= MOST_SIZE; length *= 4) {
      byte[] contexts = new byte[length];
      try {
        int[] size = {length};
        int count =
            LibC.syscall(LibC.number(GET_SELF_ATTRIBUTE), attribute.number, contexts, size, 0)
                .intValue();
        return label(ByteBuffer.wrap(contexts).order(ByteOrder.nativeOrder()), count);
      } catch (LastErrorException e) {
        if (e.getErrorCode() != LibC.E2BIG) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Label> label(ByteBuffer contexts, int count) {
    int at = 0;
    for (int i = 0; i < count; i++) {
      long id = contexts.getLong(at);
      long length = contexts.getLong(at + 2 * Long.BYTES);
      long text = contexts.getLong(at + 3 * Long.BYTES);
      if (id == APPARMOR) {
        byte[] bytes = new byte[(int) text];
        contexts.get(at + HEADER, bytes);
        return Optional.of(Label.parse(SourceText.decode(bytes)));
      }
      at += (int) length;
    }
    return Optional.empty();
  }

  /**
   * Returns what confines the other side of a connected Unix socket ({@code SO_PEERSEC}). For a
   * stream or sequential-packet socket, that is the label that the task had when it connected or
   * listened.
   *
   * @param descriptor the socket's file descriptor. Java doesn't show those of its channels; a
   *     program that is started with {@code --add-exports java.base/sun.nio.ch=ALL-UNNAMED} gets
   *     them by {@code ((sun.nio.ch.SelChImpl) channel).getFDVal()}.
   * @throws KernelException if the descriptor isn't such a socket, or no module labels it
   */
  public static Label ofPeer(int descriptor) throws KernelException {
    for (int length = FIRST_SIZE; ; length *= 4) {
      byte[] label = new byte[length];
      int[] size = {length};
      try {
        LibC.getsockopt(descriptor, LibC.SOL_SOCKET, LibC.SO_PEERSEC, label, size);
        return Label.parse(SourceText.decode(Arrays.copyOf(label, size[0])).replace("\0", ""));
      } catch (LastErrorException e) {
        if (e.getErrorCode() != LibC.ERANGE || length > MOST_SIZE) {
          throw new KernelException("peer", "socket " + descriptor, e.getErrorCode(), e);
        }
      }
    }
  }
}
