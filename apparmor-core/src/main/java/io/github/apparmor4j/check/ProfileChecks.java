package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.source.Diagnostic;
import java.util.ArrayList;
import java.util.List;

/** All checks. */
public final class ProfileChecks {

  private static final List<ProfileCheck> ALL =
      List.of(new AttachmentCollisionCheck(), new CoveredRuleCheck(), new DangerousGrantCheck());

  private ProfileChecks() {}

  /** Returns what all checks find in a file, in the order of the checks and the places. */
  public static List<Diagnostic> run(Resolution resolution, Features kernel) {
    List<Diagnostic> found = new ArrayList<>();
    ALL.forEach(check -> check.check(resolution, kernel, found::add));
    return List.copyOf(found);
  }
}
