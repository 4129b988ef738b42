package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.vocabulary.MountFlags;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Mounts: {@code mount ext4 ro,nosuid /dev/sda1 /mnt/}, {@code remount ro /mnt/}, {@code umount
 * /mnt/}; {@code -} stands for no options, or for an empty field.
 */
final class MountAccess {

  private MountAccess() {}

  static Access read(AccessReader in, String kind) {
    if (kind.equals("umount")) {
      return new Access.Umount(in.word("a directory"));
    }
    boolean remount = kind.equals("remount");
    String fstype = remount ? "" : field(in.word("a file system type"));
    List<MountOption> options = new ArrayList<>(remount ? List.of(MountOption.REMOUNT) : List.of());
    for (String option : in.word("options").split("[,()]+", -1)) {
      if (!option.isEmpty() && !option.equals("-")) {
        options.add(
            MountOption.named(option)
                .orElseThrow(() -> in.wrong("'" + option + "' is not a mount option")));
      }
    }
    String source = remount ? "" : field(in.word("what is mounted"));
    return new Access.Mount(fstype, options, source, in.word("a directory"));
  }

  private static String field(String word) {
    return word.equals("-") ? "" : word;
  }

  static String words(Access.Mount access) {
    String options =
        access.options().stream().map(MountOption::toString).collect(Collectors.joining(","));
    return "mount "
        + word(access.fstype())
        + " "
        + word(options)
        + " "
        + word(access.source())
        + " "
        + AccessReader.quoted(access.target());
  }

  private static String word(String field) {
    return field.isEmpty() ? "-" : AccessReader.quoted(field);
  }

  static String words(Access.Umount access) {
    return "umount " + AccessReader.quoted(access.target());
  }

  static Question question(Access.Umount access) {
    return Question.in(PolicyClass.MOUNT)
        .text(access.target())
        .wanting(MountFlags.UMOUNT_PERMISSION);
  }

  /**
   * Returns the question about a mount. {@code mount(2)} has several operations, and the kernel
   * asks about each with other fields. The kernel does the first operation whose flag is set, in
   * the order below.
   */
  static Question question(Access.Mount access) {
    int flags = 0;
    for (MountOption option : access.options()) {
      flags = (flags | option.set()) & ~option.clear();
    }
    if ((flags & MountFlags.REMOUNT) != 0) {
      return mount(access.target(), "", "", flags);
    }
    if ((flags & MountFlags.BIND) != 0) {
      int kept = MountFlags.BIND | MountFlags.REC;
      return mount(access.target(), access.source(), "", flags & kept);
    }
    if ((flags & MountFlags.PROPAGATION) != 0) {
      int kept = MountFlags.REC | MountFlags.SILENT | MountFlags.PROPAGATION;
      return mount(access.target(), "", "", flags & kept);
    }
    if ((flags & MountFlags.MOVE) != 0) {
      return mount(access.target(), access.source(), "", MountFlags.MOVE);
    }
    return mount(access.target(), access.source(), access.fstype(), flags);
  }

  private static Question mount(String target, String source, String type, int flags) {
    Question.Fields fields =
        Question.in(PolicyClass.MOUNT).text(target).code(0).text(source).code(0).text(type).code(0);
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((flags >>> bit & 1) != 0) {
        fields.code(bit + 1);
      }
    }
    return fields.wanting(MountFlags.MOUNT_PERMISSION);
  }
}
