package io.github.apparmor4j.access;

import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.ProfileName;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Execution: {@code exec owner /path}, and the profile that a program gets. */
final class ExecAccess {

  private ExecAccess() {}

  static Access read(AccessReader in) {
    Ownership ownership = in.ownership();
    return new Access.Exec(in.word("a program"), ownership);
  }

  static String words(Access.Exec access) {
    return "exec " + AccessReader.words(access.ownership()) + AccessReader.quoted(access.program());
  }

  /**
   * Returns what a program that may be executed runs as, or {@code null} if there is no profile for
   * it. The kernel then refuses the execution.
   *
   * @param exec how the profile has the program executed: {@link Evaluator#exec}
   * @param loaded profiles that are loaded
   */
  static Decision.@Nullable Execution execution(
      KernelProfile profile, int exec, byte[] program, Collection<KernelProfile> loaded) {
    boolean cleaned = (exec & PermissionEntry.EXEC_UNSAFE) == 0;
    boolean named = (exec & PermissionEntry.EXEC_TABLE) != 0;
    boolean attached = (exec & PermissionEntry.EXEC_NAME) != 0;
    if (named) {
      String label = label(profile.transitions().get(exec & PermissionEntry.EXEC_INDEX));
      if (label.startsWith("&") || isLoaded(label, profile, loaded)) {
        return Decision.Execution.changes(label, cleaned);
      }
    }
    if (attached) {
      boolean child = (exec & PermissionEntry.EXEC_CHILD) != 0;
      KernelProfile found = attachedTo(program, candidates(profile, child, loaded));
      if (found != null) {
        return Decision.Execution.changes(found.qualifiedName(), cleaned);
      }
    }
    if ((exec & PermissionEntry.EXEC_INHERIT) != 0 || exec == 0) {
      return exec == 0 ? null : Decision.Execution.keeps(profile.qualifiedName());
    }
    return (exec & PermissionEntry.EXEC_UNCONFINED) != 0
        ? Decision.Execution.unconfined(cleaned)
        : null;
  }

  /** Returns a transition's name as a label; a NUL in it stands for a namespace's second colon. */
  static String label(String transition) {
    return transition.replace('\0', ':');
  }

  private static boolean isLoaded(
      String label, KernelProfile profile, Collection<KernelProfile> loaded) {
    String namespace = profile.namespace();
    String here =
        namespace == null || label.startsWith(":") ? label : ":" + namespace + ":" + label;
    return loaded.stream().anyMatch(each -> each.qualifiedName().equals(here));
  }

  private static List<KernelProfile> candidates(
      KernelProfile profile, boolean children, Collection<KernelProfile> loaded) {
    ProfileName own = profile.profileName();
    return loaded.stream()
        .filter(
            each ->
                children
                    ? each.profileName().parent().equals(Optional.of(own))
                    : each.profileName().parent().isEmpty()
                        && Objects.equals(each.namespace(), profile.namespace()))
        .toList();
  }

  /**
   * Returns the profile that attaches to a program. If several match, it is the one whose pattern
   * is longest up to its first repetition. Returns {@code null} if none matches, or if two are
   * equally long. Profiles that need extended attributes are left out, since those of the file are
   * not known.
   */
  static @Nullable KernelProfile attachedTo(byte[] program, Collection<KernelProfile> profiles) {
    KernelProfile best = null;
    int length = 0;
    boolean conflict = false;
    for (KernelProfile each : profiles) {
      KernelProfile.Attachment attachment = each.attachment();
      if (attachment == null || !attachment.xattrs().isEmpty()) {
        continue;
      }
      int own = attachment.dfa().leftMatch(program);
      if (own > length) {
        best = each;
        length = own;
        conflict = false;
      } else if (own > 0 && own == length) {
        conflict = true;
      }
    }
    return conflict ? null : best;
  }

  static List<AccessPattern.Part> pattern(AccessReader in) {
    return List.of(FileAccess.part(in, FilePermissions.of("x")));
  }

  /** Returns the rule by which the program keeps the profile. */
  static Rule rule(Access.Exec access) {
    return FileAccess.rule(
        new Access.File(access.program(), FilePermissions.of("x"), access.ownership()));
  }
}
