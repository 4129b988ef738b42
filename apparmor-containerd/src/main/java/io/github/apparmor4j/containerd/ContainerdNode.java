package io.github.apparmor4j.containerd;

import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.Confinement;
import io.github.apparmor4j.kernel.ContainerCheck;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.Label;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The containers that run on this machine under containerd, whoever started them: Kubernetes,
 * {@code ctr}, nerdctl or Docker. The profile that each was meant to run under is in the OCI
 * configuration that containerd wrote for it; the one that it does run under is in {@code /proc},
 * and only that is believed. Thread-safe.
 *
 * <pre>{@code
 * ContainerdNode node = ContainerdNode.of(ContainerdNode.STATE, SecurityFsKernel.open());
 * node.verify().forEach(System.out::println);
 * }</pre>
 */
public final class ContainerdNode {

  /** The directory where containerd keeps the running containers' bundles by default. */
  public static final Path STATE = Path.of("/run/containerd");

  private static final String TASKS = "io.containerd.runtime.v2.task";
  private static final String CRI = "io.kubernetes.cri.";
  private static final int LONGEST = BoundedFiles.inHeap(16 << 20);
  private static final int PID_BYTES = 100;

  /** A source of the labels of processes. */
  interface Labels {
    Label of(long pid) throws IOException;
  }

  /**
   * A container, and how it is confined.
   *
   * @param namespace containerd's namespace: {@code k8s.io} for those of Kubernetes
   * @param id containerd's id of it
   * @param pod the namespace and name of its pod: {@code default/web}; empty if it is in none
   * @param check what was asked for, and what applies; the container's name in it is the one in the
   *     pod, {@code (sandbox)} for the container that holds a pod together, else the id
   * @param problem why its configuration can't be read, so that nothing is known about it; else
   *     empty
   */
  public record NodeContainer(
      String namespace, String id, String pod, ContainerCheck check, String problem) {

    /** Returns one line for people to read. */
    @Override
    public String toString() {
      return namespace
          + (pod.isEmpty() ? "" : " " + pod)
          + ' '
          + (problem.isEmpty() ? check : id + ": " + check.verdict() + ": " + problem);
    }
  }

  private final Path state;
  private final AppArmorKernel kernel;
  private final Labels labels;

  ContainerdNode(Path state, AppArmorKernel kernel, Labels labels) {
    this.state = Objects.requireNonNull(state, "state");
    this.kernel = Objects.requireNonNull(kernel, "kernel");
    this.labels = labels;
  }

  /**
   * Returns this machine's containers.
   *
   * @param state containerd's {@code state} directory, {@link #STATE} if it isn't configured;
   *     Docker's own is {@code /run/docker/containerd/daemon}
   * @param kernel this machine's kernel
   */
  public static ContainerdNode of(Path state, AppArmorKernel kernel) {
    return new ContainerdNode(state, kernel, Confinement::of);
  }

  /**
   * Returns how each container is confined, sorted by namespace and id.
   *
   * @throws KernelException if the loaded profiles can't be read
   * @throws IOException if the state directory can't be read
   */
  public List<NodeContainer> verify() throws IOException {
    Map<String, String> modes = new HashMap<>();
    for (LoadedProfile profile : kernel.profiles()) {
      modes.put(profile.name(), profile.mode());
    }
    List<NodeContainer> found = new ArrayList<>();
    Path tasks = state.resolve(TASKS);
    if (Files.isDirectory(tasks)) {
      for (Path namespace : list(tasks)) {
        for (Path bundle : list(namespace)) {
          NodeContainer container = container(namespace, bundle, modes);
          if (container != null) {
            found.add(container);
          }
        }
      }
    }
    return found;
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isDirectory).sorted().toList();
    }
  }

  private @Nullable NodeContainer container(
      Path namespace, Path bundle, Map<String, String> modes) {
    Path config = bundle.resolve("config.json");
    String id = String.valueOf(bundle.getFileName());
    String space = String.valueOf(namespace.getFileName());
    OciSpec spec;
    try {
      spec = read(config);
    } catch (NoSuchFileException e) {
      return null; // it ended meanwhile
    } catch (IOException | DiagnosticException e) {
      ContainerCheck unknown = new ContainerCheck(id, "", "", null, null);
      return new NodeContainer(space, id, "", unknown, config + ": " + e.getMessage());
    }
    String asked = spec.profile().orElse(Label.UNCONFINED);
    Map<String, String> annotations = spec.annotations();
    String pod = annotations.getOrDefault(CRI + "sandbox-name", "");
    String name =
        "sandbox".equals(annotations.get(CRI + "container-type"))
            ? "(sandbox)"
            : annotations.getOrDefault(CRI + "container-name", id);
    return new NodeContainer(
        space,
        id,
        pod.isEmpty() ? "" : annotations.getOrDefault(CRI + "sandbox-namespace", "") + '/' + pod,
        new ContainerCheck(name, asked, asked, label(bundle), modes.get(asked)),
        "");
  }

  private static OciSpec read(Path config) throws IOException {
    return OciSpec.parse(
        SourceText.of(config.toString(), SourceText.decode(BoundedFiles.read(config, LONGEST))));
  }

  /** Returns the label of a container's first process; {@code null} if it can't be read. */
  private @Nullable Label label(Path bundle) {
    try {
      return labels.of(
          Long.parseLong(
              SourceText.decode(BoundedFiles.read(bundle.resolve("init.pid"), PID_BYTES)).strip()));
    } catch (IOException | NumberFormatException e) {
      return null;
    }
  }
}
