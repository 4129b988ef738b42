package io.github.apparmor4j.compile;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names that a profile's exec rules refer to. They are sorted, so that the order of the rules
 * makes no difference.
 */
final class Transitions {

  static final int MAX = AcceptBits.MOST_NAMED;

  private final ResolvedProfile profile;
  private final List<String> names;

  Transitions(ResolvedProfile profile) {
    this.profile = profile;
    TreeSet<String> found = new TreeSet<>();
    for (ResolvedRule rule : profile.rules()) {
      if (rule.rule() instanceof FileRule file
          && file.qualifiers().action() == Qualifiers.Action.ALLOW) {
        String name = name(file, rule);
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

  private @Nullable String name(FileRule file, ResolvedRule origin) {
    ExecMode exec = file.permissions().exec();
    if (exec == null || file.target() == null) {
      return null;
    }
    // A child whose name is the program's own path, as written, attaches to the program anyway.
    if (exec.target() == ExecMode.Target.CHILD
        && origin.written() instanceof FileRule written
        && Objects.equals(written.target(), written.path())) {
      return null;
    }
    String text = Aare.name(file.target());
    // "cx -> &other" gives "profile//&other", which the kernel reads as a stack of the two.
    if (exec.target() == ExecMode.Target.CHILD && !text.startsWith(":") && !text.startsWith("&:")) {
      return profile.name() + "//" + text;
    }
    int colon = text.startsWith(":") ? text.indexOf(':', 1) : -1;
    return colon < 0 ? text : text.substring(0, colon) + '\0' + text.substring(colon + 1);
  }

  /**
   * Returns the index for an exec rule's accept word.
   *
   * @param origin the rule as it is in the profile
   */
  int index(ExecMode exec, FileRule rule, ResolvedRule origin) {
    String name = name(rule, origin);
    if (name != null) {
      return AcceptBits.INDEX_NAMED + names.indexOf(name);
    }
    return switch (exec.target()) {
      case NONE -> AcceptBits.INDEX_NONE;
      case UNCONFINED -> AcceptBits.INDEX_UNCONFINED;
      case PROFILE -> AcceptBits.INDEX_PROFILE;
      case CHILD -> AcceptBits.INDEX_CHILD;
    };
  }
}
