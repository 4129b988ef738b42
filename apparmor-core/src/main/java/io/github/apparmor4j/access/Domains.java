package io.github.apparmor4j.access;

import java.util.List;
import java.util.stream.Stream;

/** All forms of questions that the tables answer, kind by kind. */
final class Domains {

  static final List<Domain> ALL =
      Stream.of(
              FileAccess.DOMAINS,
              CapabilityAccess.DOMAINS,
              LinkAccess.DOMAINS,
              ChangeProfileAccess.DOMAINS,
              NetworkAccess.DOMAINS,
              UnixAccess.DOMAINS,
              SignalAccess.DOMAINS,
              PtraceAccess.DOMAINS,
              DbusAccess.DOMAINS,
              MountAccess.DOMAINS,
              PivotRootAccess.DOMAINS,
              MqueueAccess.DOMAINS,
              IoUringAccess.DOMAINS,
              UsernsAccess.DOMAINS)
          .flatMap(List::stream)
          .toList();

  private Domains() {}
}
