package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeLayer.Service;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A compose project: a file, others that override it, the files that they include and extend, and
 * the environment for their variables. Immutable, and thread-safe if the function that finds files
 * is.
 *
 * <pre>{@code
 * ComposeProject project = ComposeProject.read(Path.of("."), List.of(), System.getenv());
 * for (Diagnostic found : project.check(DockerHost.of("28.5.2"), null)) {
 *   System.out.println(found.render());
 * }
 * }</pre>
 *
 * <p>Files are read and merged as {@code docker compose} 2.40 does it, document by document. What
 * it would refuse is an error of {@link #check}: options that are there twice, keys that it doesn't
 * know, variables that must be set. Files from elsewhere (Git, OCI) are not read, which is an
 * error, too.
 */
public final class ComposeProject {

  private static final String SOCKET = "/docker.sock";

  /** An option that clients take themselves; the daemon doesn't get it. */
  private static final String PATHS = "systempaths=unconfined";

  private final List<ComposeFile> files;
  private final Function<String, @Nullable SourceText> others;
  private final Map<String, String> environment;

  private ComposeProject(
      List<ComposeFile> files,
      Function<String, @Nullable SourceText> others,
      Map<String, String> environment) {
    this.files = List.copyOf(files);
    this.others = others;
    this.environment = Map.copyOf(environment);
  }

  /** Returns the project of a file and of those that override it, in their order. */
  public static ComposeProject of(ComposeFile file, ComposeFile... overrides) {
    List<ComposeFile> all = new ArrayList<>(List.of(file));
    all.addAll(List.of(overrides));
    return new ComposeProject(all, path -> null, Map.of());
  }

  /**
   * Reads a project as {@code docker compose} finds it: the given files or, if there are none,
   * those that {@code COMPOSE_FILE} names or that have one of the usual names in the directory,
   * with the override beside it; the variables of {@code .env} in the project's directory, under
   * the given ones; and whatever they include and extend, wherever that is: for files that
   * strangers wrote, use {@link #of} with {@link #withFiles}.
   *
   * @param directory where relative paths of {@code files} begin
   * @param files the files, each put over those before it; the first one's directory is the
   *     project's
   * @param environment the variables of the process
   * @throws IOException if one of the files can't be read, or there is none
   */
  public static ComposeProject read(
      Path directory, List<Path> files, Map<String, String> environment) throws IOException {
    return ComposeDirectory.read(directory, files, environment);
  }

  /**
   * Returns the project with a function that finds the files that it includes and extends, and the
   * {@code .env} of included projects.
   *
   * @param find returns the file of a path, relative to the project's directory and without dots;
   *     {@code null} if there is none
   */
  public ComposeProject withFiles(Function<String, @Nullable SourceText> find) {
    return new ComposeProject(files, find, environment);
  }

  /** Returns the project with variables, such as those of the process. */
  public ComposeProject withEnvironment(Map<String, String> variables) {
    return new ComposeProject(files, others, variables);
  }

  /** Returns the project's own files, in their order. */
  public List<ComposeFile> files() {
    return files;
  }

  /**
   * Returns how each service is confined by a daemon, in the order of the files. Where Compose
   * refuses the project, {@link #check} says so, and this is what it says nevertheless.
   *
   * @throws TooComplexException if services that extend others have more options or volumes than
   *     there is memory for
   */
  public Map<String, ComposeConfinement> effective(DockerHost host) {
    return new Reading().effective(host);
  }

  /**
   * Returns what is wrong or worth a look: the files' own diagnostics, what Compose or the daemon
   * refuses, and services that are not confined as someone may think.
   *
   * @param host the daemon
   * @param known the names of the profiles that will be loaded; {@code null} if they aren't known
   */
  public List<Diagnostic> check(DockerHost host, @Nullable Set<String> known) {
    Reading reading = new Reading();
    try {
      reading.effective(host).values().forEach(service -> reading.look(service, known));
    } catch (TooComplexException e) {
      SourcePlace start = files.get(0).start();
      reading.report(ComposeProblem.NOT_YAML, start, String.valueOf(e.getMessage()));
    }
    return List.copyOf(reading.found);
  }

  /** One reading of the files. */
  private final class Reading {
    final Set<Diagnostic> found = new LinkedHashSet<>();
    private final Map<String, Service> services = new LinkedHashMap<>();

    Map<String, ComposeConfinement> effective(DockerHost host) {
      files.forEach(file -> found.addAll(file.problems()));
      services.putAll(new ComposeMerge(others, found::add).services(files, environment));
      Map<String, ComposeConfinement> effective = new LinkedHashMap<>();
      services.forEach((name, service) -> effective.put(name, confinement(service, host)));
      return Collections.unmodifiableMap(effective);
    }

    private ComposeConfinement confinement(Service service, DockerHost host) {
      List<Text> written = service.texts(ComposeLayer.SECURITY_OPT);
      List<Text> options = written == null ? List.of() : written;
      boolean privileged = ComposeMerge.isPrivileged(service);
      DockerChoice choice = null;
      try {
        choice =
            host.choose(
                options.stream().map(Text::value).filter(each -> !each.equals(PATHS)).toList(),
                privileged);
      } catch (DockerOptionException e) {
        SourcePlace place = options.isEmpty() ? service.place() : options.get(0).place();
        for (Text option : options) {
          if (String.valueOf(e.getMessage()).contains('"' + option.value() + '"')) {
            place = option.place();
          }
        }
        report(ComposeProblem.REFUSED_OPTION, place, String.valueOf(e.getMessage()));
      }
      return new ComposeConfinement(service.name(), service.place(), options, privileged, choice);
    }

    // ---- findings

    void look(ComposeConfinement service, @Nullable Set<String> known) {
      List<Text> said =
          service.securityOpt().stream()
              .filter(option -> DockerHost.isAppArmor(option.value()))
              .toList();
      Text last = said.isEmpty() ? null : said.get(said.size() - 1);
      SourcePlace place = last == null ? service.place() : last.place();
      DockerChoice choice = service.choice();
      if (choice == null) {
        return;
      }
      String name = service.service();
      if (choice.reason() == DockerChoice.Reason.OPTION && !choice.isConfined()) {
        report(ComposeProblem.UNCONFINED, place, name + " runs without a profile");
      } else if (choice.reason() == DockerChoice.Reason.PRIVILEGED) {
        report(
            ComposeProblem.PRIVILEGED,
            place,
            name + " is privileged, and so runs without a profile");
      } else if (choice.reason() == DockerChoice.Reason.NOT_SUPPORTED && last != null) {
        report(
            ComposeProblem.NOT_SUPPORTED, place, name + ": " + String.join("; ", choice.notes()));
      } else if (choice.reason() == DockerChoice.Reason.OPTION
          && known != null
          && !known.contains(choice.label())) {
        report(
            ComposeProblem.UNKNOWN_PROFILE,
            place,
            "the profile '" + choice.label() + "' is not among those that are loaded");
      }
      for (Text volume : mounts(name)) {
        if (volume.value().contains(SOCKET) && choice.reason() != DockerChoice.Reason.OPTION) {
          report(
              ComposeProblem.DOCKER_SOCKET,
              volume.place(),
              name
                  + " can use Docker's socket, and so do anything on the host, and has no profile of its own");
        }
      }
      Service whole = services.get(name);
      if (last != null && whole != null && whole.fields().containsKey(ComposeLayer.SWARM)) {
        report(
            ComposeProblem.IGNORED_BY_SWARM,
            last.place(),
            "docker stack deploy ignores security_opt: " + name + " has Docker's default there");
      }
      for (Text option : said) {
        if (!option.equals(last)) {
          report(
              ComposeProblem.REPLACED_OPTION,
              option.place(),
              "replaced by a later option of " + name);
        }
        String value = option.value();
        if (value.startsWith("apparmor:")) {
          report(ComposeProblem.DUBIOUS_OPTION, option.place(), "a colon is deprecated: write '='");
        } else if (value.equals("apparmor=")) {
          report(ComposeProblem.DUBIOUS_OPTION, option.place(), "names no profile");
        } else if (value.startsWith("apparmor=/etc/apparmor.d/")) {
          report(
              ComposeProblem.DUBIOUS_OPTION,
              option.place(),
              "names a file; Docker wants the name of a loaded profile");
        }
      }
    }

    private List<Text> mounts(String service) {
      Service found = services.get(service);
      List<Text> mounts = found == null ? null : found.texts(ComposeLayer.VOLUMES);
      return mounts == null ? List.of() : mounts;
    }

    private void report(ComposeProblem kind, SourcePlace place, String message) {
      found.add(Diagnostic.of(kind, place, message));
    }
  }
}
