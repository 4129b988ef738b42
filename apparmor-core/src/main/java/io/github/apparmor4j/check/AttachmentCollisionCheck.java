package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.source.Diagnostic;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A check for profiles of a file that attach to the same programs; the kernel refuses to choose
 * one.
 */
final class AttachmentCollisionCheck implements ProfileCheck {

  @Override
  public void check(Resolution resolution, Features kernel, Consumer<Diagnostic> to) {
    Map<String, ResolvedProfile> byAttachment = new HashMap<>();
    for (ResolvedProfile profile : resolution.profiles()) {
      for (String attachment : profile.attachments()) {
        ResolvedProfile earlier =
            byAttachment.putIfAbsent(profile.namespace() + ":" + attachment, profile);
        if (earlier != null) {
          to.accept(
              Diagnostic.of(
                  CheckProblem.SHARED_ATTACHMENT,
                  profile.place(),
                  "attaches to the same programs as profile "
                      + earlier.name()
                      + " at line "
                      + earlier.place().line()));
        }
      }
    }
  }
}
