package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.source.Diagnostic;
import java.util.ArrayList;
import java.util.List;

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
}
