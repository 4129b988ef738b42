package io.github.apparmor4j.aa;

import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.ContainerCheck;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.Label;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What runs under which profile, for auditors: with the time, the kernel, and the hash by which the
 * kernel knows each profile, so that it can be compared with the policy that was meant to be there.
 */
final class Evidence {

  private final Findings findings;

  /** The hashes of loaded profiles, by their names. */
  private final Map<String, @Nullable String> hashes = new HashMap<>();

  /**
   * Begins evidence about containers on this machine. It has no hashes where the kernel's tree of
   * policy can't be read.
   */
  Evidence(Findings findings, AppArmorKernel kernel) {
    this.findings = findings;
    findings.fact("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    findings.fact("kernel", System.getProperty("os.version"));
    try {
      kernel.policy().all().forEach(node -> hashes.put(node.name(), node.hash()));
    } catch (KernelException e) {
      hashes.clear();
    }
  }

  /**
   * Adds a container.
   *
   * @param line what is said of it to people
   * @param where the place that its engine gives it, such as its pod; {@code null} for none
   */
  void add(String line, @Nullable String where, ContainerCheck check) {
    Label actual = check.actual();
    findings.say(line);
    findings.fact(
        "containers",
        "container",
        check.container(),
        "in",
        where,
        "asked",
        check.asked(),
        "claimed",
        check.claimed().isEmpty() ? null : check.claimed(),
        "label",
        actual == null ? null : actual.toString(),
        "loaded_mode",
        check.mode(),
        "hash",
        actual == null ? null : hashes.get(actual.profiles()),
        "verdict",
        check.verdict().name());
  }
}
