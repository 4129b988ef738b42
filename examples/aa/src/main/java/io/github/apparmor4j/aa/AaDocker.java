package io.github.apparmor4j.aa;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerProfile;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.BaneToml;
import io.github.apparmor4j.docker.ContainerInspect;
import io.github.apparmor4j.docker.DockerDefaultProfile;
import io.github.apparmor4j.docker.DockerEngine;
import io.github.apparmor4j.docker.DockerSecurityOptions;
import io.github.apparmor4j.kernel.ContainerCheck;
import io.github.apparmor4j.kernel.ContainerCheck.Verdict;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aa docker}: Docker's default profile, options, compose files and checks of its daemon. */
@Command(
    name = "docker",
    description = "Docker: its default profile, options, compose files, checks of its daemon.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AaDocker.Default.class,
      AaDocker.Options.class,
      AaCompose.class,
      AaDocker.Profiles.class,
      AaDocker.Preflight.class,
      AaDocker.Verify.class
    })
final class AaDocker {

  private AaDocker() {}

  static int problems(DiagnosticException e) {
    e.diagnostics().forEach(problem -> Terminal.problem(problem));
    return 1;
  }

  static void print(String text) {
    System.out.writeBytes(SourceText.encode(text));
  }

  static ProfileRef reference(String name) {
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
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--engine",
        paramLabel = "VERSION",
        description = "as this version of the engine has it; default: the newest")
    private @Nullable String engine;

    @Option(
        names = "--host",
        paramLabel = "ROOT",
        description = "with the ABI and includes of a host, or its daemon.json; its root directory")
    private @Nullable Path host;

    @Option(
        names = "--template",
        description = "for the daemon's option apparmor-profile, which fills it in for its host")
    private boolean template;

    @Option(
        names = "--daemon-json",
        paramLabel = "PATH",
        description = "print /etc/docker/daemon.json with the option set to PATH instead")
    private @Nullable String daemonJson;

    @Override
    public Integer call() throws IOException {
      try {
        print(text());
        return 0;
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()));
      }
    }

    private String text() throws IOException {
      if (daemonJson != null) {
        Path root = host == null ? Path.of("/") : host;
        Path existing = root.resolve("etc/docker/daemon.json");
        return DockerDefaultProfile.daemonJson(
            Files.exists(existing) ? SourceText.read(existing).text() : "", daemonJson);
      } else if (template) {
        return DockerDefaultProfile.goTemplate(builder -> builder);
      }
      ContainerDefault.Builder builder =
          ContainerDefault.builder(
              engine == null
                  ? ContainerTemplate.DOCKER_29
                  : known(ContainerTemplate.docker(engine), "Docker " + engine));
      return ProfilePrinter.print((host == null ? builder : builder.host(host)).build());
    }
  }

  /** Returns the template of a release; says if it is newer than those that are known. */
  static ContainerTemplate known(ContainerTemplate.Release release, String name) {
    if (release.newer()) {
      Terminal.problem(
          "aa: "
              + name
              + " is newer than the releases that are known here; this is the newest one's profile");
    }
    return release.template();
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
      Terminal.println(json ? options.hostConfigJson() : String.join(" ", options.cliArguments()));
      return 0;
    }
  }

  /** {@code aa docker profile}. */
  @Command(
      name = "profile",
      description = "Makes profiles for containers.",
      mixinStandardHelpOptions = true,
      subcommands = {FromInspect.class, FromBane.class})
  static final class Profiles {
    private Profiles() {}
  }

  /** {@code aa docker profile from-inspect}. */
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
      ContainerInspect inspect = ContainerInspect.parse(SourceText.read(file).text());
      String profile = name == null ? inspect.name() : name;
      if (profile.isEmpty()) {
        Terminal.problem("aa: the container has no name; give --name");
        return 2;
      }
      return printed(inspect.propose(profile));
    }
  }

  /** {@code aa docker profile from-bane}. */
  @Command(
      name = "from-bane",
      description = "Prints the profile that a bane file describes.",
      mixinStandardHelpOptions = true)
  static final class FromBane implements Callable<Integer> {
    @Parameters(paramLabel = "FILE")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
      return printed(BaneToml.parse(SourceText.read(file).text()));
    }
  }

  private static int printed(ContainerProfile.Builder builder) {
    print(ProfilePrinter.print(builder.build()));
    return 0;
  }

  // ---- the daemon

  /** Something to do with a daemon. */
  private interface Task {
    int run(DockerEngine engine) throws IOException;
  }

  /**
   * Runs a task with the daemon of this machine, at {@code DOCKER_HOST} or by default its socket;
   * returns the exit status.
   */
  private static int withEngine(Task task) throws IOException {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    DockerHttpClient http =
        new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build();
    try (DockerClient client = DockerClientImpl.getInstance(config, http)) {
      return task.run(DockerEngine.of(client, SecurityFsKernel.open()));
    } catch (DockerException e) {
      Terminal.problem("aa: docker: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      Terminal.problem("aa: " + e.getMessage());
    } catch (RuntimeException e) {
      if (!(e.getCause() instanceof IOException)) {
        throw e;
      }
      Terminal.problem("aa: no answer from " + config.getDockerHost() + ": " + e.getCause());
    }
    return 1;
  }

  /** {@code aa docker preflight}. */
  @Command(
      name = "preflight",
      description = {
        "Prints what keeps containers on this machine from running under a profile, and what to do"
            + " about it; fails if there is anything."
      },
      mixinStandardHelpOptions = true)
  static final class Preflight implements Callable<Integer> {
    @Parameters(
        paramLabel = "PROFILE",
        arity = "0..*",
        description = "names; default: docker-default")
    private List<String> profiles = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      return withEngine(
          engine -> {
            Set<String> problems = new LinkedHashSet<>();
            for (String profile :
                profiles.isEmpty() ? List.of(DockerDefaultProfile.NAME) : profiles) {
              problems.addAll(engine.preflight(reference(profile)));
            }
            problems.forEach(Terminal::println);
            return problems.isEmpty() ? 0 : 1;
          });
    }
  }

  /** {@code aa docker verify}. */
  @Command(
      name = "verify",
      description = {
        "Prints what containers were asked to run under and what the kernel says; fails unless it"
            + " is the same for each."
      },
      mixinStandardHelpOptions = true)
  static final class Verify implements Callable<Integer> {
    @Mixin private Findings findings = new Findings();

    @Parameters(
        paramLabel = "CONTAINER",
        arity = "0..*",
        description = "names or ids; default: all that run")
    private List<String> containers = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      return withEngine(
          engine -> {
            List<ContainerCheck> checks = new ArrayList<>();
            for (String container : containers) {
              checks.add(engine.verify(container));
            }
            if (containers.isEmpty()) {
              checks.addAll(engine.inventory());
            }
            Evidence evidence = new Evidence(findings, SecurityFsKernel.open());
            checks.forEach(check -> evidence.add(check.toString(), null, check));
            findings.print("aa-docker-verify/1");
            return checks.stream().allMatch(check -> check.verdict() == Verdict.AS_ASKED) ? 0 : 1;
          });
    }
  }
}
