package io.github.apparmor4j.aa;

import io.github.apparmor4j.containerd.kubernetes.KubernetesContainer;
import io.github.apparmor4j.containerd.kubernetes.KubernetesManifest;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Sarif;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa kube}: checks, edits and prints Kubernetes manifests. */
@Command(
    name = "kube",
    description = "Kubernetes manifests.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AaKube.Check.class,
      AaKube.SetProfile.class,
      AaKube.Migrate.class,
      AaFleet.Fleet.class,
      AaFleet.Hash.class,
      AaFleet.Operator.class
    })
final class AaKube {

  private AaKube() {}

  /** {@code aa kube check}. */
  @Command(
      name = "check",
      description = {
        "Prints the profile of each container of workloads in manifests, and what is worth a look;"
            + " fails for errors."
      },
      mixinStandardHelpOptions = true)
  static final class Check implements Callable<Integer> {
    @Option(
        names = "--kubernetes",
        paramLabel = "MINOR",
        description = "the cluster's version, 34 for 1.34; default: 34")
    private int minor = 34;

    @Option(
        names = "--known",
        paramLabel = "PROFILE",
        description = "a profile that nodes load; with any, others are errors")
    private List<String> known = new ArrayList<>();

    @Option(names = "--strict", description = "fail for warnings, too")
    private boolean strict;

    @Option(names = "--sarif", description = "print what is found as SARIF 2.1.0 instead")
    private boolean sarif;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "manifests")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      Set<String> names = known.isEmpty() ? null : new HashSet<>(known);
      List<Diagnostic> found = new ArrayList<>();
      for (Path file : files) {
        KubernetesManifest manifest = KubernetesManifest.parse(SourceText.read(file));
        List<Diagnostic> of = manifest.check(minor, names);
        found.addAll(of);
        if (!sarif) {
          manifest
              .containers()
              .forEach(
                  container ->
                      Terminal.println(
                          container.workload()
                              + ", "
                              + container.name()
                              + ": "
                              + container.label(minor)));
          of.forEach(diagnostic -> Terminal.println(diagnostic));
        }
      }
      if (sarif) {
        StringBuilder out = new StringBuilder();
        Sarif.write(found, "aa", Aa.version(), out);
        AaDocker.print(out.toString());
      }
      return Diagnostic.errors(found).isEmpty() && (!strict || found.isEmpty()) ? 0 : 1;
    }
  }

  /** {@code aa kube set}. */
  @Command(
      name = "set",
      description = "Puts a container under a profile; the rest of the file stays as it is.",
      mixinStandardHelpOptions = true)
  static final class SetProfile implements Callable<Integer> {
    @Option(
        names = "--workload",
        paramLabel = "WORKLOAD",
        description = "kind and name, 'Deployment web', where several have such a container")
    private @Nullable String workload;

    @Parameters(index = "0", paramLabel = "FILE")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "CONTAINER")
    private String container = "";

    @Parameters(
        index = "2",
        paramLabel = "PROFILE",
        description = "a name, unconfined, or cri-containerd.apparmor.d for the runtime's default")
    private String profile = "";

    @Override
    public Integer call() throws IOException {
      List<KubernetesContainer> found = found(KubernetesManifest.parse(SourceText.read(file)));
      if (found.size() != 1) {
        Terminal.problem(
            "aa: " + file + " has " + found.size() + " containers " + container + ", not one");
        return 1;
      }
      return Aa.edit(
          file,
          text -> {
            KubernetesManifest manifest = KubernetesManifest.parse(text);
            return manifest
                .withProfile(found(manifest).get(0), AaContainerd.reference(profile))
                .source();
          });
    }

    private List<KubernetesContainer> found(KubernetesManifest manifest) {
      return manifest.containers().stream()
          .filter(one -> one.name().equals(container))
          .filter(one -> workload == null || one.workload().equals(workload))
          .toList();
    }
  }

  /** {@code aa kube migrate}. */
  @Command(
      name = "migrate",
      description = {
        "Writes a field for each container whose profile only an annotation says, for clusters since"
            + " 1.36; the annotations stay, for those before 1.30."
      },
      mixinStandardHelpOptions = true)
  static final class Migrate implements Callable<Integer> {
    @Option(
        names = "--annotations",
        description = "the other way: an annotation for each container that has none, but a field")
    private boolean annotations;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "manifests")
    private List<Path> files = new ArrayList<>();

    private SourceText migrated(SourceText text) {
      KubernetesManifest manifest = KubernetesManifest.parse(text);
      return annotations
          ? manifest.withAnnotationsForFields().source()
          : manifest.withFieldsForAnnotations().source();
    }

    @Override
    public Integer call() throws IOException {
      int status = 0;
      for (Path file : files) {
        status = Math.max(status, Aa.edit(file, this::migrated));
      }
      return status;
    }
  }
}
