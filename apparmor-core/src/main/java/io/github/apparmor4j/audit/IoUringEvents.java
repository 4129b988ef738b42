package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.IoUringPermission;
import java.util.List;

/** Records of {@code io_uring}, as questions. */
final class IoUringEvents {

  private IoUringEvents() {}

  static List<Access> accesses(AuditEvent.IoUring event) {
    String label = event.record().text("tcontext").orElse("");
    return Masks.questions(
        Masks.words(event.record(), IoUringPermission::named),
        permission ->
            new Access.IoUring(
                permission, permission == IoUringPermission.OVERRIDE_CREDS ? label : null));
  }
}
