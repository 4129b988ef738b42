package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import java.util.List;

/** Records of changes of the root, as questions. */
final class PivotRootEvents {

  private PivotRootEvents() {}

  static List<Access> accesses(AuditEvent.PivotRoot event) {
    String newRoot = event.record().text("name").orElse("");
    String oldRoot = event.record().text("srcname").orElse("");
    return Masks.question(() -> new Access.PivotRoot(newRoot, oldRoot));
  }
}
