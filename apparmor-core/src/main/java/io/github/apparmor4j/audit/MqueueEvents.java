package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import java.util.List;

/** Records of message queues, as questions. */
final class MqueueEvents {

  private MqueueEvents() {}

  /** Returns the questions; the queue's label is empty where the kernel doesn't say it. */
  static List<Access> accesses(AuditEvent.Mqueue event) {
    AuditRecord record = event.record();
    String policyClass = record.text("class").or(event::operation).orElse("");
    MqueueRule.Type type =
        policyClass.startsWith("sysv") ? MqueueRule.Type.SYSV : MqueueRule.Type.POSIX;
    String name = record.text("name").orElse("");
    String label = record.text("tcontext").orElse("");
    return Masks.questions(
        Masks.words(record, MqueuePermission::named),
        permission -> new Access.Mqueue(permission, type, name, label));
  }
}
