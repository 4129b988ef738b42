package io.github.apparmor4j.docker;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Diagnostic.Severity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a compose file. */
enum ComposeProblem implements Diagnostic.Kind {
  NOT_YAML(
      "AA-COMPOSE-0001",
      Severity.ERROR,
      "not YAML, or more than the limits: 16 Mi characters, 64 levels"),
  DUPLICATE_KEY("AA-COMPOSE-0002", Severity.ERROR, "a key is there twice", "remove one of them"),
  UNEXPECTED("AA-COMPOSE-0003", Severity.ERROR, "something else was expected here"),
  NOT_EDITABLE(
      "AA-COMPOSE-0004",
      Severity.ERROR,
      "can't be edited on its own: an alias, or no such service"),
  BROKEN_REFERENCE(
      "AA-COMPOSE-0005",
      Severity.ERROR,
      "what is included or extended isn't there, or extends itself"),
  UNSET_VARIABLE(
      "AA-COMPOSE-0006",
      Severity.WARNING,
      "a variable isn't set",
      "set it, or write a default: ${NAME:-default}"),
  REFUSED_OPTION("AA-COMPOSE-0007", Severity.ERROR, "an option that Docker refuses"),
  UNCONFINED(
      "AA-COMPOSE-0008",
      Severity.WARNING,
      "a service that runs without a profile",
      "remove 'apparmor=unconfined' for the default profile, or name a profile"),
  PRIVILEGED(
      "AA-COMPOSE-0009",
      Severity.WARNING,
      "a service that is privileged, and so runs without a profile",
      "list what it needs in cap_add and devices instead of 'privileged'"),
  DOCKER_SOCKET(
      "AA-COMPOSE-0010",
      Severity.WARNING,
      "a service that mounts Docker's socket and has no profile of its own"),
  UNKNOWN_PROFILE(
      "AA-COMPOSE-0011",
      Severity.ERROR,
      "a profile that is not among those that will be loaded",
      "load the profile, or give its file to this command"),
  REPLACED_OPTION(
      "AA-COMPOSE-0012", Severity.WARNING, "an option that a later one replaces", "remove it"),
  DUBIOUS_OPTION(
      "AA-COMPOSE-0013",
      Severity.WARNING,
      "an option with a deprecated colon, or without a name",
      "write 'apparmor=NAME'"),
  NOT_SUPPORTED(
      "AA-COMPOSE-0014", Severity.WARNING, "an option for a daemon that applies no profiles"),
  REPEATED(
      "AA-COMPOSE-0015",
      Severity.ERROR,
      "options or services that are there twice, which Compose refuses",
      "remove one, or write '!override' before the later list"),
  UNKNOWN_KEY("AA-COMPOSE-0016", Severity.ERROR, "a key that Compose doesn't know, and refuses"),
  REFUSED_VARIABLE(
      "AA-COMPOSE-0017",
      Severity.ERROR,
      "a variable that must be set and isn't, or is written in no valid form",
      "a dollar that is meant is written '$$'"),
  OLD_FORMAT(
      "AA-COMPOSE-0018",
      Severity.ERROR,
      "a file of Compose's first format, which today's refuse",
      "put the services under 'services:'"),
  IGNORED_BY_SWARM(
      "AA-COMPOSE-0019", Severity.WARNING, "an option of a service for a swarm, which ignores it");

  private final String code;
  private final Severity severity;
  private final String meaning;
  private final @Nullable String help;

  ComposeProblem(String code, Severity severity, String meaning) {
    this(code, severity, meaning, null);
  }

  ComposeProblem(String code, Severity severity, String meaning, @Nullable String help) {
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
