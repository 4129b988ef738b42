package io.github.apparmor4j.compile;

import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.vocabulary.MountFlags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The permissions of mount rules. As in {@code apparmor_parser}, rules of the same shape also get
 * each other's permissions. This is harmless: kernels never ask for a permission with a string of
 * another's form.
 */
final class MountPermissions {

  /** All that a mount rule says, without its permission. */
  private record Shape(
      Qualifiers qualifiers,
      boolean remount,
      List<String> fstypes,
      List<MountRule.Options> options,
      @Nullable String source,
      @Nullable String point) {

    static Shape of(MountRule rule) {
      return new Shape(
          rule.qualifiers(),
          rule.operation() == MountRule.Operation.REMOUNT,
          rule.fstypes(),
          rule.options(),
          rule.source(),
          rule.mountPoint());
    }

    static Shape of(PivotRootRule rule) {
      return new Shape(
          rule.qualifiers(), false, List.of(), List.of(), rule.oldRoot(), rule.newRoot());
    }
  }

  private final Map<Shape, Integer> byShape = new HashMap<>();

  /** Takes note of a mount rule; ignores other kinds. */
  void add(Rule rule) {
    if (rule instanceof PivotRootRule pivot) {
      add(Shape.of(pivot), MountFlags.PIVOT_ROOT_PERMISSION);
    } else if (rule instanceof MountRule mount) {
      boolean umount = mount.operation() == MountRule.Operation.UMOUNT;
      add(Shape.of(mount), umount ? MountFlags.UMOUNT_PERMISSION : MountFlags.MOUNT_PERMISSION);
    }
  }

  private void add(Shape shape, int permission) {
    byShape.merge(shape, permission, (a, b) -> a | b);
  }

  int of(MountRule rule) {
    return byShape.getOrDefault(Shape.of(rule), 0);
  }

  int of(PivotRootRule rule) {
    return byShape.getOrDefault(Shape.of(rule), 0);
  }
}
