package io.github.apparmor4j.audit;

import io.github.apparmor4j.audit.AuditEvent.Noise;
import io.github.apparmor4j.profile.Capability;
import java.util.EnumSet;
import java.util.Set;

/** Marks of events that may say nothing about what a program needs. */
final class Noises {

  /** What names of tasks of container runtimes begin with; {@code runc:[2:INIT]} and others. */
  private static final Set<String> RUNTIMES =
      Set.of("runc", "crun", "youki", "containerd-shim", "conmon", "conmonrs");

  private static final Set<Capability> TRIED =
      EnumSet.of(
          Capability.SYS_ADMIN,
          Capability.DAC_READ_SEARCH,
          Capability.SYS_PTRACE,
          Capability.NET_ADMIN);

  private Noises() {}

  static Set<Noise> of(AuditEvent event) {
    EnumSet<Noise> found = EnumSet.noneOf(Noise.class);
    String command = event.record().get("comm");
    if (command != null && isRuntime(command)) {
      found.add(Noise.RUNTIME);
    }
    if (event instanceof AuditEvent.Capability capability) {
      boolean optional = capability.info().filter(info -> info.startsWith("optional:")).isPresent();
      if (optional || capability.capability().filter(TRIED::contains).isPresent()) {
        found.add(Noise.SPECULATIVE);
      }
    }
    return Set.copyOf(found);
  }

  private static boolean isRuntime(String command) {
    int colon = command.indexOf(":[");
    return RUNTIMES.contains(colon < 0 ? command : command.substring(0, colon));
  }
}
