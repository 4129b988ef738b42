package io.github.apparmor4j.compile;

import static io.github.apparmor4j.vocabulary.MountFlags.BIND;
import static io.github.apparmor4j.vocabulary.MountFlags.MOVE;
import static io.github.apparmor4j.vocabulary.MountFlags.PROPAGATION;
import static io.github.apparmor4j.vocabulary.MountFlags.REC;
import static io.github.apparmor4j.vocabulary.MountFlags.REMOUNT;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of mount rules: the class, mount point, source, file system type and a byte for each
 * option, with NULs between them. {@code mount(2)} has five operations, chosen by its flags; a rule
 * becomes one string for each operation that it can mean.
 */
final class MountEncoder {

  private static final int COMMANDS = MOVE | REMOUNT | BIND | REC | PROPAGATION;
  private static final int ALL = all();
  // nosuid, nodev, noexec, noatime, nodiratime, relatime, strictatime: the options of a mount
  // point, not of a file system.
  private static final int PER_MOUNT =
      1 << 1 | 1 << 2 | 1 << 3 | 1 << 10 | 1 << 11 | 1 << 21 | 1 << 24;
  private static final int REMOUNT_FLAGS = ALL & ~MOVE;
  private static final int BIND_FLAGS = BIND | REC;
  private static final int MAKE_FLAGS = ALL & ~PER_MOUNT;
  private static final int NEW_FLAGS = ALL & ~COMMANDS;

  private MountEncoder() {}

  private static int all() {
    int all = 0;
    for (MountOption option : MountOption.values()) {
      all |= option.set() | option.clear();
    }
    return all & Integer.MAX_VALUE;
  }

  static void encode(MountRule rule, RuleOutput out) {
    if (!out.enforces("mount")) {
      return;
    }
    if (rule.operation() == MountRule.Operation.UMOUNT) {
      out.policy(
          rule.qualifiers(),
          Regex.sequence(Regex.of(PolicyClass.MOUNT), out.path(rule.mountPoint())),
          out.mounts().of(rule));
      return;
    }
    boolean remount = rule.operation() == MountRule.Operation.REMOUNT;
    List<int[]> required = new ArrayList<>();
    List<int[]> optional = new ArrayList<>();
    for (MountRule.Options condition : rule.options()) {
      int set = 0;
      int clear = 0;
      for (MountOption option : condition.options()) {
        set |= option.set();
        clear |= option.clear();
      }
      (condition.optional() ? optional : required)
          .add(new int[] {condition.optional() ? set | clear : set});
    }
    if (required.isEmpty()) {
      required.add(new int[] {optional.isEmpty() ? remount ? REMOUNT : ALL : 0});
    }
    boolean bare = rule.options().isEmpty();
    if (optional.isEmpty()) {
      optional.add(new int[] {bare ? remount ? REMOUNT_FLAGS & ~REMOUNT : ALL : 0});
    }
    boolean any = false;
    for (int[] flags : required) {
      for (int[] extra : optional) {
        any |= new Variant(rule, out, remount ? flags[0] | REMOUNT : flags[0], extra[0]).encode();
      }
    }
    if (!any) {
      throw new IllegalArgumentException("no mount can meet all conditions of this rule");
    }
  }

  /** A rule with one combination of its conditions on options. */
  private record Variant(MountRule rule, RuleOutput out, int required, int optional) {

    /** Adds the strings; returns whether there are any. */
    boolean encode() {
      boolean source = rule.source() != null;
      boolean point = rule.mountPoint() != null;
      boolean type = !rule.fstypes().isEmpty();
      boolean anything = required == 0 || required == ALL;
      if (anything) {
        if (!source && !type) {
          remount();
        }
        if (!type) {
          bind();
          if (!(source && point)) {
            changeType();
          }
          move();
        }
        create();
      } else if ((required & REMOUNT) != 0 && !source && !type) {
        remount();
      } else if ((required & BIND) != 0 && !type) {
        bind();
      } else if ((required & PROPAGATION) != 0 && !(source && point) && !type) {
        changeType();
      } else if ((required & MOVE) != 0 && !type) {
        move();
      } else if (((required | optional) & ~COMMANDS) != 0) {
        create();
      } else {
        return false;
      }
      return true;
    }

    private void remount() {
      String point = rule.mountPoint() == null ? rule.source() : rule.mountPoint();
      emit(point, RuleOutput.ANY, RuleOutput.ANY, REMOUNT_FLAGS);
    }

    private void bind() {
      emit(rule.mountPoint(), source(), RuleOutput.ANY, BIND_FLAGS);
    }

    private void changeType() {
      String point = rule.mountPoint() == null ? rule.source() : rule.mountPoint();
      emit(point, RuleOutput.ANY, RuleOutput.ANY, MAKE_FLAGS);
    }

    private void move() {
      emit(rule.mountPoint(), source(), RuleOutput.ANY, MOVE);
    }

    private void create() {
      emit(rule.mountPoint(), source(), types(), NEW_FLAGS);
    }

    private Regex source() {
      String source = rule.source();
      return source != null && source.equals("detached")
          ? new Regex.Sequence(List.of())
          : out.path(source);
    }

    private Regex types() {
      if (rule.fstypes().isEmpty()) {
        return RuleOutput.ANY;
      }
      return Regex.choice(rule.fstypes().stream().map(one -> Aare.label(one).regex()).toList());
    }

    private void emit(@Nullable String point, Regex source, Regex type, int mask) {
      Qualifiers qualifiers = rule.qualifiers();
      out.policy(
          qualifiers,
          Regex.sequence(
              Regex.of(PolicyClass.MOUNT),
              out.path(point),
              RuleOutput.NUL,
              source,
              RuleOutput.NUL,
              type,
              RuleOutput.NUL,
              flags(required & mask, optional & mask)),
          out.mounts().of(rule));
    }
  }

  private static Regex flags(int required, int optional) {
    Regex none = new Regex.Sequence(List.of());
    List<Regex> parts = new ArrayList<>();
    for (int bit = 0; bit < 32; bit++) {
      Regex one = Regex.of(bit + 1);
      if ((optional >>> bit & 1) != 0) {
        parts.add(Regex.choice(List.of(one, none)));
      } else if ((required >>> bit & 1) != 0) {
        parts.add(one);
      }
    }
    return parts.isEmpty()
        ? Regex.choice(List.of(Regex.of(0xfe), none))
        : new Regex.Sequence(parts);
  }
}
