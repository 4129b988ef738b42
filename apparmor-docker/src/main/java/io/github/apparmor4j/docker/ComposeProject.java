package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeService.Base;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
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
 * ComposeFile file = ComposeFile.parse(SourceText.read(Path.of("compose.yaml")));
 * ComposeProject project = ComposeProject.of(file).withEnvironment(System.getenv());
 * for (Diagnostic found : project.check(DockerHost.of("28.5.2"), null)) {
 *   System.out.println(found.render());
 * }
 * }</pre>
 *
 * <p>Several files are merged as {@code docker compose} does it: a service's lists {@code
 * security_opt} are joined in order, without repetitions, and of its {@code privileged} the last
 * counts. A service that is extended counts as if it were in an earlier file.
 */
public final class ComposeProject {

  private static final String SOCKET = "/docker.sock";
  private static final int DEEPEST = 64;

  /** What a copy of an option takes while options are merged, and its steps; estimates. */
  private static final int BYTES = 64;

  private static final int STEPS = 8;

  private final List<ComposeFile> files;
  private final Function<String, @Nullable ComposeFile> others;
  private final Map<String, String> environment;

  private ComposeProject(
      List<ComposeFile> files,
      Function<String, @Nullable ComposeFile> others,
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
   * Returns the project with a function that finds the files that it includes and extends.
   *
   * @param find returns the file of a path, as the path is written; {@code null} if there is none
   */
  public ComposeProject withFiles(Function<String, @Nullable ComposeFile> find) {
    return new ComposeProject(files, find, environment);
  }

  /** Returns the project with variables, such as those of {@code .env} or of the process. */
  public ComposeProject withEnvironment(Map<String, String> variables) {
    return new ComposeProject(files, others, variables);
  }

  /**
   * Returns how each service is confined by a daemon, in the order of the files.
   *
   * @throws TooComplexException if services that extend others have more options or volumes than
   *     there is memory for
   */
  public Map<String, ComposeConfinement> effective(DockerHost host) {
    return new Reading().effective(host);
  }

  /**
   * Returns what is wrong or worth a look: the files' own diagnostics, options that the daemon
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
      ComposeFile first = files.get(0);
      reading.report(ComposeProblem.NOT_YAML, first.start(), String.valueOf(e.getMessage()));
    }
    return List.copyOf(reading.found);
  }

  /** One reading of the files. */
  private final class Reading {
    final Set<Diagnostic> found = new LinkedHashSet<>();
    private final Budget budget = Budget.of(WorkLimits.DEFAULT);
    private final Map<String, @Nullable ComposeFile> read = new LinkedHashMap<>();
    private final Map<String, List<Text>> volumes = new LinkedHashMap<>();

    Map<String, ComposeConfinement> effective(DockerHost host) {
      List<ComposeFile> all = new ArrayList<>();
      files.forEach(file -> addWithIncludes(file, all, 0));
      Map<String, ComposeService> merged = new LinkedHashMap<>();
      for (ComposeFile file : all) {
        found.addAll(file.diagnostics());
        for (ComposeService service : file.services().values()) {
          ComposeService whole = extended(file, service, new HashSet<>());
          merged.merge(service.name(), whole, this::overridden);
        }
      }
      Map<String, ComposeConfinement> effective = new LinkedHashMap<>();
      merged.forEach((name, service) -> effective.put(name, confinement(service, host)));
      return Collections.unmodifiableMap(effective);
    }

    private void addWithIncludes(ComposeFile file, List<ComposeFile> to, int depth) {
      for (Text path : file.includes()) {
        ComposeFile included = depth < DEEPEST ? other(path.value(), path.place()) : null;
        if (included != null && !to.contains(included)) {
          addWithIncludes(included, to, depth + 1);
        }
      }
      to.add(file);
    }

    private @Nullable ComposeFile other(String path, SourcePlace place) {
      if (!read.containsKey(path)) {
        read.put(path, others.apply(path));
      }
      ComposeFile file = read.get(path);
      if (file == null) {
        report(ComposeProblem.BROKEN_REFERENCE, place, "can't find " + path);
      }
      return file;
    }

    // ---- one service

    private ComposeService extended(ComposeFile in, ComposeService service, Set<Object> seen) {
      Base base = service.base();
      if (base == null) {
        return service;
      }
      String path = base.file();
      ComposeFile file = path == null ? in : other(path, base.place());
      ComposeService from = file == null ? null : file.services().get(base.service());
      if (file != null && from == null) {
        String message = "there is no service " + base.service() + " to extend";
        report(ComposeProblem.BROKEN_REFERENCE, base.place(), message);
      }
      if (file == null || from == null) {
        return service;
      }
      if (seen.size() >= DEEPEST || !seen.add(from)) {
        String message = base.service() + " extends itself through other services";
        report(ComposeProblem.BROKEN_REFERENCE, base.place(), message);
        return service;
      }
      return overridden(extended(file, from, seen), service);
    }

    private ComposeService overridden(ComposeService before, ComposeService after) {
      count(before);
      count(after);
      List<Text> options = after.securityOpt();
      List<Text> earlier = before.securityOpt();
      if (options == null) {
        options = earlier;
      } else if (earlier != null && !after.replaces()) {
        List<Text> joined = new ArrayList<>(earlier);
        Set<String> values = new HashSet<>();
        earlier.forEach(option -> values.add(option.value()));
        options.stream().filter(option -> values.add(option.value())).forEach(joined::add);
        options = joined;
      }
      List<Text> mounts = new ArrayList<>(before.volumes());
      mounts.addAll(after.volumes());
      return new ComposeService(
          after.name(),
          before.name().equals(after.name()) ? before.place() : after.place(),
          options,
          after.replaces(),
          after.privileged() == null ? before.privileged() : after.privileged(),
          null,
          mounts);
    }

    /** Counts the options and volumes that are about to be copied. */
    private void count(ComposeService service) {
      List<Text> options = service.securityOpt();
      int size = service.volumes().size() + (options == null ? 0 : options.size());
      budget.take((long) BYTES * size);
      budget.work((long) STEPS * size);
    }

    private ComposeConfinement confinement(ComposeService service, DockerHost host) {
      List<Text> options = new ArrayList<>();
      List<Text> written = service.securityOpt();
      for (Text option : written == null ? List.<Text>of() : written) {
        options.add(expanded(option));
      }
      volumes.put(service.name(), service.volumes().stream().map(this::expanded).toList());
      Text flag = service.privileged();
      boolean privileged = flag != null && Boolean.parseBoolean(expanded(flag).value());
      DockerChoice choice = null;
      try {
        choice = host.choose(options.stream().map(Text::value).toList(), privileged);
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

    private Text expanded(Text text) {
      String value =
          ComposeVariables.expand(
              text.value(),
              environment,
              problem -> report(ComposeProblem.UNSET_VARIABLE, text.place(), problem));
      return new Text(value, text.place());
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
      for (Text volume : volumes.getOrDefault(name, List.of())) {
        if (volume.value().contains(SOCKET) && choice.reason() != DockerChoice.Reason.OPTION) {
          report(
              ComposeProblem.DOCKER_SOCKET,
              volume.place(),
              name
                  + " can use Docker's socket, and so do anything on the host, and has no profile of its own");
        }
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
        }
      }
    }

    private void report(ComposeProblem kind, SourcePlace place, String message) {
      found.add(Diagnostic.of(kind, place, message));
    }
  }
}
