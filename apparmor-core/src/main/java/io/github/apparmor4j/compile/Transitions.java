package io.github.apparmor4j.compile;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names that a profile's exec rules refer to, in byte order so that the order of rules does not
 * matter.
 */
final class Transitions {

  private static final int FIRST = 4;
  static final int MAX = 12;

  private final ResolvedProfile profile;
  private final List<String> names;

  Transitions(ResolvedProfile profile) {
    this.profile = profile;
    TreeSet<String> found = new TreeSet<>();
    for (ResolvedRule rule : profile.rules()) {
      if (rule.rule() instanceof FileRule file
          && file.qualifiers().action() == Qualifiers.Action.ALLOW) {
        String name = name(file.permissions().exec(), file.path(), file.target(), rule);
        if (name != null) {
          found.add(name);
        }
      }
    }
    names = new ArrayList<>(found);
  }

  List<String> names() {
    return names;
  }

  private @Nullable String name(
      @Nullable ExecMode exec, @Nullable String path, @Nullable String target, ResolvedRule rule) {
    if (exec == null || target == null) {
      return null;
    }
    // A child of the program's own path is what attaches to the program anyway.
    if (exec.target() == ExecMode.Target.CHILD && target.equals(path)) {
      return null;
    }
    String text = Aare.name(rule.expanded(target));
    // "cx -> &other" gives "profile//&other", which the kernel reads as a stack of the two.
    if (exec.target() == ExecMode.Target.CHILD && !text.startsWith(":") && !text.startsWith("&:")) {
      return profile.name() + "//" + text;
    }
    int colon = text.startsWith(":") ? text.indexOf(':', 1) : -1;
    return colon < 0 ? text : text.substring(0, colon) + '\0' + text.substring(colon + 1);
  }

  /** Returns the index that an exec rule's word holds. */
  int index(
      ExecMode exec, @Nullable String path, @Nullable String target, @Nullable ResolvedRule rule) {
    String name = rule == null ? null : name(exec, path, target, rule);
    if (name != null) {
      return FIRST + names.indexOf(name);
    }
    return switch (exec.target()) {
      case NONE -> 0;
      case UNCONFINED -> 1;
      case PROFILE -> 2;
      case CHILD -> 3;
    };
  }
}
