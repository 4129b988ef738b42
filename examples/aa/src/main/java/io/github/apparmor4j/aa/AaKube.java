package io.github.apparmor4j.aa;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.kubernetes.KubernetesContainer;
import io.github.apparmor4j.containerd.kubernetes.KubernetesManifest;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      AaKube.Unset.class,
      AaKube.Migrate.class,
      AaFleet.Fleet.class,
      AaFleet.Hash.class,
      AaFleet.Operator.class
    })
final class AaKube {

  /** The code of what is not read. */
  private static final String NOT_READ = "AA-KUBE-0018";

  private AaKube() {}

  /** Kinds of objects that the library doesn't know. */
  static final class Kinds {
    @Option(
        names = "--pod-path",
        paramLabel = "KIND=PATH",
        description = {
          "where objects of a kind have their pods: keys between dots, [] after one with a list,"
              + " as spec.template or spec.pods[]"
        })
    private Map<String, String> paths = new LinkedHashMap<>();
  }

  /** A container of a file. */
  static final class Chosen {
    @Option(
        names = "--workload",
        paramLabel = "WORKLOAD",
        description = "kind and name, 'Deployment web', where several have such a container")
    private @Nullable String workload;

    @Mixin private Kinds kinds = new Kinds();

    @Parameters(index = "0", paramLabel = "FILE")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "CONTAINER")
    private String container = "";

    private List<KubernetesContainer> found(KubernetesManifest manifest) {
      return manifest.containers().stream()
          .filter(one -> one.name().equals(container))
          .filter(one -> workload == null || one.workload().equals(workload))
          .toList();
    }

    /** Edits the file. */
    int edit(BiFunction<KubernetesManifest, KubernetesContainer, KubernetesManifest> edit)
        throws IOException {
      int count = found(KubernetesManifest.parse(SourceText.read(file), kinds.paths)).size();
      if (count != 1) {
        Terminal.problem(
            "aa: " + file + " has " + count + " containers " + container + ", not one");
        return 1;
      }
      return Aa.edit(
          file,
          text -> {
            KubernetesManifest manifest = KubernetesManifest.parse(text, kinds.paths);
            return edit.apply(manifest, found(manifest).get(0)).source();
          });
    }
  }

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

    @Option(
        names = "--strict",
        description = "fail for warnings, too; with status 3 if something was not read")
    private boolean strict;

    @Mixin private Findings findings = new Findings();
    @Mixin private Kinds kinds = new Kinds();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "manifests")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      Set<String> names = known.isEmpty() ? null : new HashSet<>(known);
      for (Path file : files) {
        KubernetesManifest manifest = KubernetesManifest.parse(SourceText.read(file), kinds.paths);
        for (KubernetesContainer one : manifest.containers()) {
          findings.say(one.workload() + ", " + one.name() + ": " + shown(one, minor));
          findings.fact(
              "containers",
              "workload",
              one.workload(),
              "container",
              one.name(),
              "place",
              Findings.place(one.place()),
              "label",
              one.windows() ? null : one.label(minor),
              "privileged",
              one.privileged());
        }
        findings.add(manifest.check(minor, names));
      }
      int status = findings.print("aa-kube-check/1");
      List<Diagnostic> found = findings.diagnostics();
      if (status != 0 || !strict || found.isEmpty()) {
        return status;
      }
      return found.stream().anyMatch(one -> one.code().equals(NOT_READ)) ? 3 : 1;
    }

    private static String shown(KubernetesContainer container, int minor) {
      return container.windows() ? "no AppArmor: a pod for Windows" : container.label(minor);
    }
  }

  /** {@code aa kube set}. */
  @Command(
      name = "set",
      description = "Puts a container under a profile; the rest of the file stays as it is.",
      mixinStandardHelpOptions = true)
  static final class SetProfile implements Callable<Integer> {
    @Mixin private Chosen chosen = new Chosen();

    @Option(names = "--pod", description = "set it for the container's pod as a whole")
    private boolean pod;

    @Parameters(
        index = "2",
        paramLabel = "PROFILE",
        description = "a name, unconfined, or cri-containerd.apparmor.d for the runtime's default")
    private String profile = "";

    @Override
    public Integer call() throws IOException {
      ProfileRef wanted = AaContainerd.reference(profile);
      return chosen.edit(
          (manifest, container) ->
              pod
                  ? manifest.withPodProfile(container, wanted)
                  : manifest.withProfile(container, wanted));
    }
  }

  /** {@code aa kube unset}. */
  @Command(
      name = "unset",
      description = "Leaves a container to its pod's profile, or the runtime's default.",
      mixinStandardHelpOptions = true)
  static final class Unset implements Callable<Integer> {
    @Mixin private Chosen chosen = new Chosen();

    @Override
    public Integer call() throws IOException {
      return chosen.edit(KubernetesManifest::withoutProfile);
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
