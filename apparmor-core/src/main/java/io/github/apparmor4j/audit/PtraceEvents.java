package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.PtracePermission;
import java.util.List;

/** Records of tracing, as questions. */
final class PtraceEvents {

  private PtraceEvents() {}

  static List<Access> accesses(AuditEvent.Ptrace event) {
    String peer = event.peer().orElse("");
    return Masks.questions(
        Masks.words(event.record(), PtracePermission::named),
        permission -> new Access.Ptrace(permission, peer));
  }
}
