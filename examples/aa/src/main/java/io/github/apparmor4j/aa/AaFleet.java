package io.github.apparmor4j.aa;

import io.github.apparmor4j.containerd.kubernetes.HashedProfile;
import io.github.apparmor4j.containerd.kubernetes.OperatorProfile;
import io.github.apparmor4j.containerd.kubernetes.ProfileFleet;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Preprocessor;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of {@code aa kube} that bring profiles to nodes. */
final class AaFleet {

  private AaFleet() {}

  /** {@code aa kube fleet}. */
  @Command(
      name = "fleet",
      description = {
        "Prints manifests that bring profiles to a cluster's nodes: ConfigMaps, and a DaemonSet that"
            + " runs 'aa agent'. Included files become part of the profiles."
      },
      mixinStandardHelpOptions = true)
  static final class Fleet implements Callable<Integer> {
    @Mixin private Aa.Options options = new Aa.Options();

    @Option(
        names = "--image",
        paramLabel = "IMAGE",
        required = true,
        description = "built with examples/aa/Dockerfile")
    private String image = "";

    @Option(names = "--name", paramLabel = "NAME", description = "default: ${DEFAULT-VALUE}")
    private String name = "apparmor-agent";

    @Option(names = "--namespace", paramLabel = "NAME", description = "default: ${DEFAULT-VALUE}")
    private String namespace = "apparmor";

    @Option(
        names = "--create-namespace",
        description = {
          "make the namespace, too, with Pod Security's level 'privileged', which the agent needs;"
              + " not for one that others use"
        })
    private boolean createNamespace;

    @Option(
        names = "--max-unavailable",
        paramLabel = "NUMBER",
        description = "nodes, or 10%%, that a change may be under way on; default: 10%%")
    private String maxUnavailable = "10%";

    @Option(names = "--prune", description = "remove profiles that a new revision doesn't have")
    private boolean prune;

    @Option(
        names = "--hash",
        description = "put hashes in the profiles' names, as 'aa kube hash' does")
    private boolean hash;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "profiles")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      ProfileFleet.Builder fleet =
          ProfileFleet.builder(name, image, AaAgent::arguments)
              .namespace(namespace)
              .createNamespace(createNamespace)
              .maxUnavailable(maxUnavailable)
              .prune(prune);
      try {
        for (Path file : files) {
          fleet.profile(text(SourceText.read(file), options.includes()));
        }
      } catch (DiagnosticException e) {
        return AaDocker.problems(e);
      }
      AaDocker.print(fleet.build().toYaml());
      return 0;
    }

    private SourceText text(SourceText text, IncludeResolver includes) throws IOException {
      return hash
          ? HashedProfile.of(text, includes).text()
          : SourceText.of(
              text.name(), Preprocessor.preprocess(ProfileParser.parse(text), includes));
    }
  }

  /** {@code aa kube hash}. */
  @Command(
      name = "hash",
      description = {
        "Prints a profile under a name with a hash of its content, so that running containers keep"
            + " the rules that they were started under. Included files become part of it."
      },
      mixinStandardHelpOptions = true)
  static final class Hash implements Callable<Integer> {
    @Mixin private Aa.Options options = new Aa.Options();

    @Option(names = "--name", description = "print the name only, for 'aa kube set'")
    private boolean nameOnly;

    @Parameters(paramLabel = "FILE", description = "of one profile")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
      try {
        HashedProfile profile = HashedProfile.of(SourceText.read(file), options.includes());
        AaDocker.print(nameOnly ? profile.name() + "\n" : profile.text().text());
        return 0;
      } catch (DiagnosticException e) {
        return AaDocker.problems(e);
      }
    }
  }

  /** {@code aa kube operator}. */
  @Command(
      name = "operator",
      description = {
        "Prints profiles as AppArmorProfile objects of the security-profiles-operator, and, as"
            + " messages, what these can't say; fails if anything is lost."
      },
      mixinStandardHelpOptions = true)
  static final class Operator implements Callable<Integer> {
    @Mixin private Aa.Options options = new Aa.Options();

    @Parameters(paramLabel = "FILE", description = "profiles")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
      Resolution resolution =
          Resolver.of(options.includes()).resolve(ProfileParser.parse(SourceText.read(file)));
      List<Diagnostic> found = new ArrayList<>(resolution.diagnostics());
      for (ResolvedProfile profile : resolution.profiles()) {
        OperatorProfile object = OperatorProfile.of(profile);
        AaDocker.print(object.toYaml());
        found.addAll(object.diagnostics());
      }
      found.forEach(diagnostic -> System.err.print(diagnostic.render()));
      return Diagnostic.errors(found).isEmpty() ? 0 : 1;
    }
  }
}
