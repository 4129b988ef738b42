package io.github.apparmor4j.aa;

import static java.util.Objects.requireNonNull;

import io.github.apparmor4j.docker.ComposeConfinement;
import io.github.apparmor4j.docker.ComposeFile;
import io.github.apparmor4j.docker.ComposeProject;
import io.github.apparmor4j.docker.ComposeService;
import io.github.apparmor4j.docker.ComposeStack;
import io.github.apparmor4j.docker.DockerChoice;
import io.github.apparmor4j.docker.DockerHost;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aa docker compose}: checks and edits compose files. */
@Command(
    name = "compose",
    description = "Checks and edits compose files.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AaCompose.Check.class,
      AaCompose.SetProfile.class,
      AaCompose.Unset.class,
      AaCompose.Stack.class
    })
final class AaCompose {

  private AaCompose() {}

  /** {@code aa docker compose check}. */
  @Command(
      name = "check",
      description = "Prints each service's profile and what is worth a look; fails for errors.",
      mixinStandardHelpOptions = true)
  static final class Check implements Callable<Integer> {
    @Option(
        names = "--engine",
        paramLabel = "VERSION",
        description = "the Docker engine's version; default: 28.5.2")
    private String engine = "28.5.2";

    @Option(
        names = "--known",
        paramLabel = "PROFILE",
        description = "a profile that will be loaded; with any, others are errors")
    private List<String> known = new ArrayList<>();

    @Mixin private Findings findings = new Findings();

    @Parameters(
        paramLabel = "FILE",
        arity = "0..*",
        description = {
          "compose files, each overriding those before it, or a directory;"
              + " without any, what docker compose would find here"
        })
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      boolean isDirectory = files.size() == 1 && Files.isDirectory(files.get(0));
      ComposeProject project =
          isDirectory
              ? ComposeProject.read(files.get(0), List.of(), System.getenv())
              : ComposeProject.read(Path.of(""), files, System.getenv());
      DockerHost host = DockerHost.of(engine);
      Set<String> names = known.isEmpty() ? null : new HashSet<>(known);
      List<Diagnostic> found = project.check(host, names);
      for (ComposeConfinement service : project.effective(host).values()) {
        DockerChoice choice = service.choice();
        findings.say(service.service() + ": " + choice);
        findings.fact(
            "services",
            "service",
            service.service(),
            "place",
            Findings.place(service.place()),
            "label",
            choice == null ? null : choice.label(),
            "reason",
            choice == null ? null : choice.reason().name(),
            "privileged",
            service.privileged(),
            "security_opt",
            service.securityOpt().stream().map(ComposeService.Text::value).toList());
      }
      findings.add(found);
      return findings.print("aa-docker-compose-check/1");
    }
  }

  /** Edits a file; says which other services it changes, through anchors. */
  private static int edit(Path file, String service, UnaryOperator<ComposeFile> edit)
      throws IOException {
    List<String> others = new ArrayList<>();
    int status =
        Aa.edit(
            file,
            text -> {
              ComposeFile before = ComposeFile.parse(text);
              ComposeFile after = edit.apply(before);
              others.addAll(after.changedSince(before));
              return after.source();
            });
    others.remove(service);
    if (!others.isEmpty()) {
      Terminal.println(
          "also changed, since they share what " + service + " has: " + String.join(", ", others));
    }
    return status;
  }

  /** {@code aa docker compose set}. */
  @Command(
      name = "set",
      description = "Puts a service under a profile; the rest of the file stays as it is.",
      mixinStandardHelpOptions = true)
  static final class SetProfile implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "SERVICE")
    private String service = "";

    @Parameters(index = "2", paramLabel = "PROFILE", description = "a name, or unconfined")
    private String profile = "";

    @Override
    public Integer call() throws IOException {
      return edit(
          file, service, before -> before.withProfile(service, AaDocker.reference(profile)));
    }
  }

  /** {@code aa docker compose unset}. */
  @Command(
      name = "unset",
      description = "Leaves a service to Docker's default.",
      mixinStandardHelpOptions = true)
  static final class Unset implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "SERVICE")
    private String service = "";

    @Override
    public Integer call() throws IOException {
      return edit(file, service, before -> before.withoutProfile(service));
    }
  }

  /** {@code aa docker compose stack}. */
  @Command(
      name = "stack",
      description = {
        "Writes, beside a compose file, an override that puts services under profiles and a service"
            + " that loads them first; the compose file stays as it is."
      },
      mixinStandardHelpOptions = true)
  static final class Stack implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--image",
        paramLabel = "IMAGE",
        description = "built with examples/aa/Dockerfile; default: apparmor4j/aa")
    private String image = "apparmor4j/aa";

    @Option(
        names = {"-n", "--dry-run"},
        description = "only print the files")
    private boolean dryRun;

    @Option(
        names = {"-f", "--force"},
        description = "replace files that are there")
    private boolean force;

    @Parameters(index = "0", paramLabel = "FILE", description = "compose.yaml")
    private Path file = Path.of("");

    @Parameters(
        index = "1..*",
        arity = "1..*",
        paramLabel = "SERVICE=PROFILE",
        description = "a service, and the file of its profile")
    private Map<String, Path> profiles = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException {
      Map<String, ProfileFile> parsed = new LinkedHashMap<>();
      Map<String, String> files;
      try {
        for (Map.Entry<String, Path> profile : profiles.entrySet()) {
          parsed.put(
              profile.getKey(), ProfileParser.parse(SourceText.read(profile.getValue())).orThrow());
        }
        files = ComposeStack.of(ComposeFile.parse(SourceText.read(file)), parsed, image).files();
      } catch (DiagnosticException e) {
        return AaDocker.problems(e);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()));
      }
      Path directory = requireNonNull(file.toAbsolutePath().getParent());
      if (!dryRun && !force) {
        for (String path : files.keySet()) {
          if (Files.exists(directory.resolve(path))) {
            Terminal.problem("aa: " + path + " is there already; -f replaces it");
            return 1;
          }
        }
      }
      for (Map.Entry<String, String> entry : files.entrySet()) {
        if (dryRun) {
          AaDocker.print("# " + entry.getKey() + "\n" + entry.getValue());
        } else {
          Path target = directory.resolve(entry.getKey());
          Files.createDirectories(target.getParent());
          AtomicFiles.write(target, SourceText.encode(entry.getValue()));
          Terminal.println(entry.getKey());
        }
      }
      return 0;
    }
  }
}
