package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.source.Diagnostic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All checks of this library. Stateless and thread-safe. */
public final class ProfileChecks {

  private static final List<ProfileCheck> ALL =
      List.of(
          new AttachmentCollisionCheck(),
          new CoveredRuleCheck(),
          new SurprisesCheck(),
          new DangerousGrantCheck());

  private ProfileChecks() {}

  /**
   * Returns the findings of all checks in a file, in the order of the checks and, for each check,
   * of the file.
   *
   * @param resolution the resolved file
   * @param kernel features of the kernel that the file is meant for
   */
  public static List<Diagnostic> run(Resolution resolution, Features kernel) {
    List<Diagnostic> found = new ArrayList<>();
    ALL.forEach(check -> check.check(resolution, kernel, found::add));
    return List.copyOf(found);
  }

  /**
   * Returns what is wrong with profiles that are each good alone, such as those of all files of
   * {@code /etc/apparmor.d}: one name in two files, of which the kernel keeps the one that is
   * loaded last, and one attachment, between which the kernel refuses to choose.
   *
   * @param profiles profiles of several files; children may be among them
   * @return at most one finding of each kind for a profile, in the order of the profiles, at the
   *     later one of two
   */
  public static List<Diagnostic> acrossFiles(List<ResolvedProfile> profiles) {
    List<Diagnostic> found = new ArrayList<>();
    Map<String, ResolvedProfile> named = new HashMap<>();
    Map<String, ResolvedProfile> attached = new HashMap<>();
    for (ResolvedProfile profile : profiles) {
      ResolvedProfile namesake = named.putIfAbsent(qualified(profile, profile.name()), profile);
      if (namesake != null && isElsewhere(namesake, profile)) {
        found.add(
            Diagnostic.of(
                CheckProblem.SHARED_NAME,
                profile.place(),
                "profile " + profile.name() + " is also in " + where(namesake)));
        continue; // and so are its attachments, most often
      }
      profile.attachments().stream()
          .map(attachment -> attached.putIfAbsent(qualified(profile, attachment), profile))
          .filter(other -> other != null && isElsewhere(other, profile))
          .findFirst()
          .ifPresent(
              other ->
                  found.add(
                      Diagnostic.of(
                          CheckProblem.SHARED_ATTACHMENT,
                          profile.place(),
                          "attaches to the same programs as profile "
                              + other.name()
                              + " in "
                              + where(other))));
    }
    return List.copyOf(found);
  }

  private static String qualified(ResolvedProfile profile, String name) {
    return profile.namespace() + ":" + name;
  }

  private static boolean isElsewhere(ResolvedProfile one, ResolvedProfile two) {
    return !one.place().source().name().equals(two.place().source().name());
  }

  private static String where(ResolvedProfile profile) {
    return profile.place().source().name() + ":" + profile.place().line();
  }
}
