package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.vocabulary.MountFlags;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Mounts: {@code mount ext4 ro,nosuid /dev/sda1 /mnt/}, {@code remount ro /mnt/}, {@code umount
 * /mnt/}; {@code -} stands for no options, or for an empty field.
 */
final class MountAccess {

  /** The flags of a mount that isn't one of the other operations, one bit each. */
  private static final int PLAIN =
      Stream.of(MountOption.values()).mapToInt(MountOption::set).reduce(0, (a, b) -> a | b)
          & ~(MountFlags.REMOUNT
              | MountFlags.BIND
              | MountFlags.MOVE
              | MountFlags.PROPAGATION
              | MountFlags.REC);

  static final List<Domain> DOMAINS =
      List.of(
          mount(Domain.TEXT, Domain.TEXT, flags(0, PLAIN)),
          mount(Domain.NOTHING, Domain.NOTHING, flags(MountFlags.REMOUNT, PLAIN)),
          mount(Domain.TEXT, Domain.NOTHING, flags(MountFlags.BIND, MountFlags.REC)),
          mount(Domain.TEXT, Domain.NOTHING, flags(MountFlags.MOVE, 0)),
          mount(Domain.NOTHING, Domain.NOTHING, propagation()),
          Domain.ofPaths(
              RuleKind.MOUNT,
              PolicyClass.MOUNT,
              List.of(new Domain.Right("umount", MountFlags.UMOUNT_PERMISSION, true)),
              Domain.DIRECTORY,
              (fields, right) -> new Access.Umount(fields.text())));

  private static Domain mount(Regex source, Regex type, Regex flags) {
    return Domain.of(
        RuleKind.MOUNT,
        PolicyClass.MOUNT,
        List.of(new Domain.Right("mount", MountFlags.MOUNT_PERMISSION, true)),
        Regex.sequence(Domain.DIRECTORY, Domain.NUL, source, Domain.NUL, type, Domain.NUL, flags),
        (fields, right) -> {
          String target = fields.text();
          String from = fields.text();
          String fstype = fields.text();
          int bits = 0;
          while (fields.more()) {
            bits |= 1 << (fields.code() - 1);
          }
          return new Access.Mount(fstype, options(bits), from, target);
        });
  }

  /** Returns the codes of some flags, and of any of others, in ascending order. */
  private static Regex flags(int all, int any) {
    List<Regex> parts = new ArrayList<>();
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      Regex code = Regex.of(bit + 1);
      if ((all >>> bit & 1) != 0) {
        parts.add(code);
      } else if ((any >>> bit & 1) != 0) {
        parts.add(Regex.choice(List.of(code, Domain.NOTHING)));
      }
    }
    return new Regex.Sequence(parts);
  }

  /** Returns the codes of each way to spread mounts. */
  private static Regex propagation() {
    List<Regex> choices = new ArrayList<>();
    for (int rest = MountFlags.PROPAGATION; rest != 0; rest &= rest - 1) {
      choices.add(flags(Integer.lowestOneBit(rest), MountFlags.REC | MountFlags.SILENT));
    }
    return Regex.choice(choices);
  }

  /** Returns options that set exactly some flags, those that set several of them first. */
  private static List<MountOption> options(int flags) {
    List<MountOption> options = new ArrayList<>();
    int rest = flags;
    List<MountOption> all = new ArrayList<>(List.of(MountOption.values()));
    all.sort(Comparator.comparing(option -> -Integer.bitCount(option.set())));
    for (MountOption option : all) {
      if (option.set() != 0 && (option.set() & ~rest) == 0) {
        options.add(option);
        rest &= ~option.set();
      }
    }
    return options;
  }

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

  /** Reads an expression for where it happens; without one, anything of the kind is meant. */
  static List<AccessPattern.Part> pattern(AccessReader in, String kind) {
    List<AccessPattern.Part> parts = AccessPattern.all(DOMAINS, right -> right.word().equals(kind));
    if (!in.more() || in.accept("any")) {
      return parts;
    }
    Regex at = AccessPattern.paths(in, "a directory");
    Regex rest = Regex.choice(List.of(Domain.NOTHING, Regex.sequence(Domain.NUL, ANYTHING)));
    return parts.stream()
        .map(part -> AccessPattern.part(part.domain(), right -> true, Regex.sequence(at, rest)))
        .toList();
  }

  private static final Regex ANYTHING = Regex.star(ByteSet.ALL);

  static Rule rule(Access.Mount access) {
    boolean remount = access.options().contains(MountOption.REMOUNT);
    List<MountOption> options =
        access.options().stream().filter(option -> option != MountOption.REMOUNT).toList();
    return new MountRule(
        Qualifiers.NONE,
        remount ? MountRule.Operation.REMOUNT : MountRule.Operation.MOUNT,
        access.fstype().isEmpty() ? List.of() : List.of(Aare.quote(access.fstype())),
        options.isEmpty() ? List.of() : List.of(new MountRule.Options(false, options)),
        access.source().isEmpty() ? null : Aare.quote(access.source()),
        Aare.quote(access.target()));
  }

  static Rule rule(Access.Umount access) {
    return MountRule.umount(Aare.quote(access.target()));
  }
}
