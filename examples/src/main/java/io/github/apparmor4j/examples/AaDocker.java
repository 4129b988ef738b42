package io.github.apparmor4j.examples;

import io.github.apparmor4j.container.ContainerProfile;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.BaneToml;
import io.github.apparmor4j.docker.ComposeConfinement;
import io.github.apparmor4j.docker.ComposeFile;
import io.github.apparmor4j.docker.ComposeProject;
import io.github.apparmor4j.docker.ContainerInspect;
import io.github.apparmor4j.docker.DockerDefaultProfile;
import io.github.apparmor4j.docker.DockerHost;
import io.github.apparmor4j.docker.DockerSecurityOptions;
import io.github.apparmor4j.kernel.StoreChange;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.Sarif;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa docker}: Docker's default profile, options and compose files. */
@Command(
    name = "docker",
    description = "Docker's default profile, options and compose files.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AaDocker.Default.class,
      AaDocker.Options.class,
      AaDocker.Compose.class,
      AaDocker.FromInspect.class,
      AaDocker.FromBane.class
    })
final class AaDocker {

  private AaDocker() {}

  private static int problems(DiagnosticException e) {
    e.diagnostics().forEach(problem -> System.err.println(problem.render()));
    return 1;
  }

  private static void print(String text) {
    System.out.writeBytes(SourceText.encode(text));
  }

  private static ProfileRef reference(String name) {
    if (name.equals(DockerDefaultProfile.NAME)) {
      return ProfileRef.runtimeDefault();
    }
    return name.equals("unconfined") ? ProfileRef.unconfined() : ProfileRef.external(name);
  }

  /** {@code aa docker default}. */
  @Command(
      name = "default",
      description = "Prints Docker's default profile.",
      mixinStandardHelpOptions = true)
  static final class Default implements Callable<Integer> {
    @Override
    public Integer call() {
      print(ProfilePrinter.print(DockerDefaultProfile.profile()));
      return 0;
    }
  }

  /** {@code aa docker options}. */
  @Command(
      name = "options",
      description = "Prints the arguments of docker run that name a profile.",
      mixinStandardHelpOptions = true)
  static final class Options implements Callable<Integer> {
    @Option(names = "--json", description = "the engine API's HostConfig instead")
    private boolean json;

    @Parameters(paramLabel = "PROFILE", description = "its name in the kernel")
    private String profile = "";

    @Override
    public Integer call() {
      DockerSecurityOptions options = DockerSecurityOptions.of(reference(profile));
      System.out.println(
          json ? options.hostConfigJson() : String.join(" ", options.cliArguments()));
      return 0;
    }
  }

  /** {@code aa docker compose}. */
  @Command(
      name = "compose",
      description = "Checks and edits compose files.",
      mixinStandardHelpOptions = true,
      subcommands = {Check.class, SetProfile.class, Unset.class})
  static final class Compose {
    private Compose() {}
  }

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

    @Option(names = "--sarif", description = "print what is found as SARIF 2.1.0 instead")
    private boolean sarif;

    @Parameters(
        paramLabel = "FILE",
        arity = "1..*",
        description = "compose files, each overriding those before it")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      List<ComposeFile> read = new ArrayList<>();
      for (Path file : files) {
        read.add(ComposeFile.parse(Aa.read(file)));
      }
      Path directory = files.get(0).toAbsolutePath().getParent();
      ComposeProject project =
          ComposeProject.of(read.get(0), read.subList(1, read.size()).toArray(ComposeFile[]::new))
              .withFiles(path -> find(directory, path))
              .withEnvironment(System.getenv());
      DockerHost host = DockerHost.of(engine);
      Set<String> names = known.isEmpty() ? null : new HashSet<>(known);
      List<Diagnostic> found = project.check(host, names);
      if (sarif) {
        StringBuilder out = new StringBuilder();
        Sarif.write(found, "aa", Aa.version(), out);
        print(out.toString());
      } else {
        for (ComposeConfinement service : project.effective(host).values()) {
          System.out.println(service.service() + ": " + service.choice());
        }
        found.forEach(diagnostic -> System.out.println(diagnostic.render()));
      }
      return Diagnostic.errors(found).isEmpty() ? 0 : 1;
    }

    private static @Nullable ComposeFile find(@Nullable Path directory, String path) {
      Path file = directory == null ? Path.of(path) : directory.resolve(path);
      try {
        return Files.isRegularFile(file) ? ComposeFile.parse(Aa.read(file)) : null;
      } catch (IOException e) {
        System.err.println("aa: " + Aa.describe(e));
        return null;
      }
    }
  }

  /** Writes an edited file: the old one or the new one at any moment, its owner and mode kept. */
  private static int edit(Path file, UnaryOperator<ComposeFile> edit) throws IOException {
    ComposeFile read = ComposeFile.parse(Aa.read(file));
    try {
      StoreChange.Edit change =
          new StoreChange.Edit(
              file.toRealPath(), read.source().text(), edit.apply(read).source().text());
      new StoreChange(List.of(change), List.of(), List.of()).apply();
      return 0;
    } catch (DiagnosticException e) {
      return problems(e);
    }
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
      return edit(file, read -> read.withProfile(service, reference(profile)));
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
      return edit(file, read -> read.withoutProfile(service));
    }
  }

  /** {@code aa docker from-inspect}. */
  @Command(
      name = "from-inspect",
      description = "Proposes a profile for what docker inspect prints.",
      mixinStandardHelpOptions = true)
  static final class FromInspect implements Callable<Integer> {
    @Option(names = "--name", paramLabel = "PROFILE", description = "default: the container's name")
    private @Nullable String name;

    @Parameters(paramLabel = "FILE", description = "docker inspect's output")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
      ContainerInspect inspect = ContainerInspect.parse(Aa.read(file).text());
      return printed(inspect.propose(name == null ? inspect.name() : name));
    }
  }

  /** {@code aa docker from-bane}. */
  @Command(
      name = "from-bane",
      description = "Prints the profile that a file of bane means.",
      mixinStandardHelpOptions = true)
  static final class FromBane implements Callable<Integer> {
    @Parameters(paramLabel = "FILE")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
      return printed(BaneToml.parse(Aa.read(file).text()));
    }
  }

  private static int printed(ContainerProfile.Builder builder) {
    print(ProfilePrinter.print(builder.build()));
    return 0;
  }
}
