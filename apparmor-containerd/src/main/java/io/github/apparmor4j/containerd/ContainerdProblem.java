package io.github.apparmor4j.containerd;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Diagnostic.Severity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be wrong with the configurations of containerd, crictl and OCI runtimes. */
enum ContainerdProblem implements Diagnostic.Kind {
  NOT_TOML(
      "AA-CONTAINERD-0001", Severity.ERROR, "not TOML, or more than the limits: 4 MiB, 1000 files"),
  UNREADABLE_IMPORT(
      "AA-CONTAINERD-0002", Severity.ERROR, "an import that isn't there or can't be read"),
  APPARMOR_DISABLED(
      "AA-CONTAINERD-0003",
      Severity.WARNING,
      "profiles are switched off by disable_apparmor",
      "remove disable_apparmor"),
  IGNORED_TABLE("AA-CONTAINERD-0004", Severity.WARNING, "a table that this version passes over"),
  PROFILE_IN_BASE(
      "AA-CONTAINERD-0005", Severity.WARNING, "a base specification that carries a profile"),
  UNREADABLE_BASE("AA-CONTAINERD-0006", Severity.ERROR, "a base specification that can't be read"),
  REPLACING_TABLE(
      "AA-CONTAINERD-0007",
      Severity.WARNING,
      "a table that replaces all that earlier files say (containerd 1)"),
  UNEXPECTED("AA-CONTAINERD-0008", Severity.ERROR, "something else was expected here"),
  RUNTIME_WITHOUT_PROFILES(
      "AA-CONTAINERD-0009", Severity.WARNING, "a runtime that may apply no profiles"),
  MISSING_DEFAULT_RUNTIME(
      "AA-CONTAINERD-0010",
      Severity.ERROR,
      "the default runtime isn't configured, so CRI doesn't start; containerd 1 forgets its own where any other is configured"),
  NOT_FOR_CRICTL(
      "AA-CRI-0001",
      Severity.ERROR,
      "not a configuration for crictl: neither JSON nor YAML, wrong types, or more than the limits: 16 Mi characters, 100 levels"),
  NOT_OCI(
      "AA-OCI-0001",
      Severity.ERROR,
      "not an OCI configuration: not JSON, a key twice, or more than the limits: 16 Mi characters, 100 levels");

  private final String code;
  private final Severity severity;
  private final String meaning;
  private final @Nullable String help;

  ContainerdProblem(String code, Severity severity, String meaning) {
    this(code, severity, meaning, null);
  }

  ContainerdProblem(String code, Severity severity, String meaning, @Nullable String help) {
    this.code = code;
    this.severity = severity;
    this.meaning = meaning;
    this.help = help;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public Severity severity() {
    return severity;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Optional<String> help() {
    return Optional.ofNullable(help);
  }
}
