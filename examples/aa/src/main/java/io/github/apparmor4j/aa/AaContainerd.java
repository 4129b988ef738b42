package io.github.apparmor4j.aa;

import static java.util.Objects.requireNonNull;

import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.ContainerdConfig;
import io.github.apparmor4j.containerd.ContainerdConfig.RuntimeHandler;
import io.github.apparmor4j.containerd.ContainerdFragment;
import io.github.apparmor4j.containerd.ContainerdNode;
import io.github.apparmor4j.containerd.ContainerdNode.NodeContainer;
import io.github.apparmor4j.containerd.CriDefaultProfile;
import io.github.apparmor4j.containerd.CrictlConfig;
import io.github.apparmor4j.containerd.OciSpec;
import io.github.apparmor4j.containerd.RuntimeArguments;
import io.github.apparmor4j.kernel.ContainerCheck.Verdict;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aa containerd}: containerd's default profile, its configuration, OCI configurations. */
@Command(
    name = "containerd",
    description = "containerd: its default profile, its configuration, OCI configurations.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AaContainerd.Default.class,
      AaContainerd.Arguments.class,
      AaContainerd.Check.class,
      AaContainerd.Fragment.class,
      AaContainerd.SetProfile.class,
      AaContainerd.Crictl.class,
      AaContainerd.Verify.class
    })
final class AaContainerd {

  private static final String REFERENCE =
      "a name, unconfined, or cri-containerd.apparmor.d for the runtime's default";
  private static final String CONFIGURATION = "/etc/containerd/config.toml";

  private AaContainerd() {}

  static ProfileRef reference(String name) {
    return name.equals(CriDefaultProfile.NAME)
        ? ProfileRef.runtimeDefault()
        : AaDocker.reference(name);
  }

  /** The options for which containerd is meant. */
  private static final class Daemon {
    @Option(
        names = "--containerd",
        paramLabel = "VERSION",
        description = "containerd's version, such as 1.7.24, or 1 or 2; default: 2")
    private String version = "2";

    @Option(
        names = "--root",
        paramLabel = "DIR",
        description = "root directory of the host's files; default: /")
    private Path root = Path.of("/");

    int major() {
      String number = version.replaceFirst("^v", "").replaceFirst("\\..*", "");
      try {
        return Integer.parseInt(number);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("not a valid version: " + version, e);
      }
    }

    ContainerdConfig read(String file, @Nullable CommandSpec spec) {
      try {
        return ContainerdConfig.read(version, root, file);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()));
      }
    }
  }

  /** {@code aa containerd default}. */
  @Command(
      name = "default",
      description = "Prints the profile that containerd gives to containers of its default.",
      mixinStandardHelpOptions = true)
  static final class Default implements Callable<Integer> {
    @Mixin private Daemon daemon = new Daemon();

    @Option(
        names = "--template",
        paramLabel = "TEMPLATE",
        description = "another runtime's: ${COMPLETION-CANDIDATES}")
    private @Nullable ContainerTemplate template;

    @Option(names = "--host", description = "with the ABI and includes that the host has")
    private boolean host;

    @Override
    public Integer call() {
      ContainerDefault.Builder builder =
          ContainerDefault.builder(
              template == null
                  ? AaDocker.known(
                      ContainerTemplate.containerd(daemon.version), "containerd " + daemon.version)
                  : template);
      AaDocker.print(ProfilePrinter.print((host ? builder.host(daemon.root) : builder).build()));
      return 0;
    }
  }

  /** {@code aa containerd arguments}. */
  @Command(
      name = "arguments",
      description = "Prints the arguments of ctr, nerdctl and runc that name a profile.",
      mixinStandardHelpOptions = true)
  static final class Arguments implements Callable<Integer> {
    @Parameters(paramLabel = "PROFILE", description = "its name in the kernel, or unconfined")
    private String profile = "";

    @Override
    public Integer call() {
      ProfileRef reference = reference(profile);
      RuntimeArguments arguments = RuntimeArguments.of(reference);
      print("ctr run", arguments.ctr());
      print("nerdctl run", arguments.nerdctl());
      print("podman run", arguments.podman());
      if (!(reference instanceof ProfileRef.RuntimeDefault)) {
        print("runc exec", arguments.runcExec());
      }
      return 0;
    }

    private static void print(String tool, List<String> arguments) {
      Terminal.println((tool + " " + String.join(" ", arguments)).strip());
    }
  }

  /** {@code aa containerd check}. */
  @Command(
      name = "check",
      description = {
        "Prints what a host's configuration, with all that it imports, does about profiles, and what"
            + " is worth a look; fails for errors."
      },
      mixinStandardHelpOptions = true)
  static final class Check implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private Daemon daemon = new Daemon();

    @Mixin private Findings findings = new Findings();

    @Parameters(
        paramLabel = "FILE",
        arity = "0..1",
        description = "absolute on that host; default: " + CONFIGURATION)
    private String file = CONFIGURATION;

    @Override
    public Integer call() throws IOException {
      ContainerdConfig config = daemon.read(file, spec);
      findings.say("AppArmor: " + (config.disableAppArmor() ? "disabled" : "as the host"));
      findings.say("default runtime: " + config.defaultRuntimeName());
      findings.fact("disable_apparmor", config.disableAppArmor());
      findings.fact("default_runtime_name", config.defaultRuntimeName());
      for (RuntimeHandler handler : config.runtimes().values()) {
        String spec = handler.baseRuntimeSpec();
        findings.say("runtime " + handler.name() + (spec.isEmpty() ? "" : ": from " + spec));
        findings.fact(
            "runtimes",
            "name",
            handler.name(),
            "type",
            handler.type(),
            "base_runtime_spec",
            spec.isEmpty() ? null : spec,
            "place",
            Findings.place(handler.place()));
      }
      findings.add(config.check());
      return findings.print("aa-containerd-check/1");
    }
  }

  /** {@code aa containerd fragment}. */
  @Command(
      name = "fragment",
      description = {
        "Prints a file for imports of config.toml. containerd 1 replaces a plugin's whole table by a"
            + " fragment's, so for it, what the host has is repeated."
      },
      mixinStandardHelpOptions = true)
  static final class Fragment implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private Daemon daemon = new Daemon();

    @Option(
        names = "--disable-apparmor",
        paramLabel = "BOOLEAN",
        arity = "1",
        description = "true or false")
    private @Nullable Boolean disableAppArmor;

    @Option(
        names = "--runtime",
        paramLabel = "NAME=SPEC",
        description = "a runtime, and the OCI configuration that its containers start from")
    private Map<String, String> runtimes = new LinkedHashMap<>();

    @Override
    public Integer call() {
      ContainerdFragment fragment =
          daemon.major() == 1
              ? ContainerdFragment.forContainerd1(daemon.read(CONFIGURATION, spec))
              : ContainerdFragment.forContainerd2();
      if (disableAppArmor != null) {
        fragment = fragment.disableAppArmor(disableAppArmor);
      }
      for (Map.Entry<String, String> runtime : runtimes.entrySet()) {
        fragment = fragment.runtime(runtime.getKey(), runtime.getValue());
      }
      AaDocker.print(fragment.toToml());
      return 0;
    }
  }

  /** {@code aa containerd set}. */
  @Command(
      name = "set",
      description = "Puts an OCI config.json under a profile; the rest of the file stays as it is.",
      mixinStandardHelpOptions = true)
  static final class SetProfile implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "config.json")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "PROFILE", description = "a name, or unconfined")
    private String profile = "";

    @Override
    public Integer call() throws IOException {
      return Aa.edit(
          file, text -> OciSpec.parse(text).withProfile(AaDocker.reference(profile)).source());
    }
  }

  /** {@code aa containerd crictl}. */
  @Command(
      name = "crictl",
      description = {
        "Prints the profile that a container's configuration for crictl asks for, or, with PROFILE,"
            + " puts it in."
      },
      mixinStandardHelpOptions = true)
  static final class Crictl implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "JSON or YAML")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "PROFILE", arity = "0..1", description = REFERENCE)
    private @Nullable String profile;

    @Override
    public Integer call() throws IOException {
      if (profile != null) {
        ProfileRef reference = reference(profile);
        return Aa.edit(file, text -> CrictlConfig.parse(text).withProfile(reference).source());
      }
      try {
        Terminal.println(CrictlConfig.parse(SourceText.read(file)).request());
        return 0;
      } catch (DiagnosticException e) {
        return AaDocker.problems(e);
      }
    }
  }

  /** {@code aa containerd verify}. */
  @Command(
      name = "verify",
      description = {
        "Prints what each running container was meant to run under and what it does run under; fails"
            + " unless all are as was asked."
      },
      mixinStandardHelpOptions = true)
  static final class Verify implements Callable<Integer> {
    @Mixin private Findings findings = new Findings();

    @Option(
        names = "--state",
        paramLabel = "DIR",
        description = {
          "containerd's state directory, /run/docker/containerd/daemon for Docker's own; default:"
              + " ${DEFAULT-VALUE}"
        })
    private Path state = ContainerdNode.STATE;

    @Override
    public Integer call() throws IOException {
      SecurityFsKernel kernel = SecurityFsKernel.open();
      List<NodeContainer> found = ContainerdNode.of(state, kernel).verify();
      Evidence evidence = new Evidence(findings, kernel);
      for (NodeContainer one : found) {
        evidence.add(
            one.toString(), one.pod().isEmpty() ? one.namespace() : one.pod(), one.check());
      }
      findings.print("aa-containerd-verify/1");
      return found.stream().allMatch(one -> one.check().verdict() == Verdict.AS_ASKED) ? 0 : 1;
    }
  }
}
