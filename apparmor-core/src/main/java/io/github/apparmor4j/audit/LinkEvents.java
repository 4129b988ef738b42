package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import java.util.List;

/** Records of hard links, as questions. */
final class LinkEvents {

  private LinkEvents() {}

  /**
   * Returns the question about the link or, if the link is allowed and would only give more than
   * the file it points to, about what it would give.
   */
  static List<Access> accesses(AuditEvent.Link event) {
    AuditRecord record = event.record();
    String mask = Masks.of(record);
    String path = event.path().orElse("");
    String target = event.target().orElse("");
    return mask.contains("l")
        ? Masks.question(() -> new Access.Link(path, target, FileEvents.ownership(record)))
        : FileEvents.uses(record, mask);
  }
}
