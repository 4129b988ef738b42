package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import java.util.List;

/** Records of signals, as questions. */
final class SignalEvents {

  private SignalEvents() {}

  static List<Access> accesses(AuditEvent.Signal event) {
    String peer = event.peer().orElse("");
    Signal signal = event.record().text("signal").flatMap(Signal::named).orElse(null);
    if (signal == null) {
      return List.of();
    }
    return Masks.questions(
        Masks.words(event.record(), SignalPermission::named),
        permission -> new Access.Signal(permission, signal, peer));
  }
}
