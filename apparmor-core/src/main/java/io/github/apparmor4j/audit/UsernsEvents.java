package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import java.util.List;

/** Records of user namespaces, as questions. */
final class UsernsEvents {

  private UsernsEvents() {}

  static List<Access> accesses(AuditEvent.Userns event) {
    String mask = Masks.of(event.record());
    return mask.isEmpty() || mask.startsWith("userns_create")
        ? List.of(new Access.Userns())
        : List.of();
  }
}
