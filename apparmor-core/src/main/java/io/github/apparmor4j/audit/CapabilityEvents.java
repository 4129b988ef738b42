package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.Capability;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Records of capabilities, as questions. */
final class CapabilityEvents {

  private CapabilityEvents() {}

  static Optional<Capability> capability(AuditRecord record) {
    return record
        .text("capname")
        .or(() -> record.text("name"))
        .flatMap(Capability::named)
        .or(() -> numbered(record.number("capability")));
  }

  private static Optional<Capability> numbered(OptionalLong number) {
    Capability[] all = Capability.values();
    return number.isPresent() && number.getAsLong() >= 0 && number.getAsLong() < all.length
        ? Optional.of(all[(int) number.getAsLong()])
        : Optional.empty();
  }

  static List<Access> accesses(AuditEvent.Capability event) {
    return event.capability().map(Access::capability).map(List::of).orElse(List.of());
  }
}
