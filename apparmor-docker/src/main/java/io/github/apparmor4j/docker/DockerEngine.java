package io.github.apparmor4j.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Info;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.Confinement;
import io.github.apparmor4j.kernel.ContainerCheck;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.Label;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.kernel.PolicyKeeper;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks of the Docker daemon on this machine: before a container starts, whether its profile will
 * apply, and afterwards, whether it does. Needs docker-java, whose client the caller makes, and the
 * right to read {@code /proc} of the containers' processes. Thread-safe if the client is.
 *
 * <pre>{@code
 * DockerEngine engine = DockerEngine.of(client, SecurityFsKernel.open());
 * engine.preflight(ProfileRef.external("web")).forEach(System.err::println);
 * for (ContainerCheck check : engine.inventory()) {
 *   System.out.println(check);
 * }
 * }</pre>
 *
 * <p>Docker fails open: on a host where it doesn't find {@code apparmor_parser} it starts
 * containers unconfined without an error, and still names the profile in {@code docker inspect} and
 * AppArmor in {@code docker info}. So {@link #verify} believes only the kernel.
 */
public final class DockerEngine {

  private static final Path PID = Path.of("/run/docker.pid");
  private static final Path PARSER = Path.of("/sbin/apparmor_parser");

  /** A source of the labels of processes; tests use another than Linux. */
  @FunctionalInterface
  interface Labels {
    Label of(long pid) throws KernelException;
  }

  private final DockerClient client;
  private final AppArmorKernel kernel;
  private final Path parser;
  private final Labels labels;

  DockerEngine(DockerClient client, AppArmorKernel kernel, Path parser, Labels labels) {
    this.client = Objects.requireNonNull(client, "client");
    this.kernel = Objects.requireNonNull(kernel, "kernel");
    this.parser = parser;
    this.labels = labels;
  }

  /**
   * Returns checks of the daemon that a client talks to.
   *
   * @param client a client of this machine's daemon; it is not closed here
   * @param kernel this machine's kernel
   */
  @SuppressWarnings("exports") // docker-java is an automatic module
  public static DockerEngine of(DockerClient client, AppArmorKernel kernel) {
    return new DockerEngine(client, kernel, PARSER, Confinement::of);
  }

  /**
   * Returns a builder of the default profile as this daemon fills it in: the template of its
   * version, this host's ABI and includes, and the label of the daemon's process, whose id is in
   * {@code /run/docker.pid}. Without that file, the daemon counts as unconfined.
   *
   * @throws IOException if that label can't be read
   * @throws IllegalArgumentException if the daemon's version or process id is not valid
   */
  public ContainerDefault.Builder defaultProfile() throws IOException {
    String version = String.valueOf(client.infoCmd().exec().getServerVersion());
    ContainerDefault.Builder builder =
        ContainerDefault.builder(DockerDefaultProfile.template(version)).host(Path.of("/"));
    try {
      long pid = Long.parseLong(SourceText.decode(BoundedFiles.read(PID, 100)).strip());
      return builder.signalPeer(labels.of(pid).profiles());
    } catch (NoSuchFileException e) {
      return builder; // the daemon has another file, or none: taken for unconfined
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("no process id in " + PID, e);
    }
  }

  // ---- before

  /**
   * Returns the daemon's properties, as far as they decide about profiles.
   *
   * @throws IllegalArgumentException if its version is not valid
   */
  public DockerHost host() {
    Info info = client.infoCmd().exec();
    DockerHost host = DockerHost.of(String.valueOf(info.getServerVersion()));
    List<String> options =
        info.getSecurityOptions() == null ? List.of() : info.getSecurityOptions();
    if (options.stream().noneMatch(option -> names(option, "apparmor"))) {
      host = host.withoutAppArmor();
    }
    if (options.stream().anyMatch(option -> names(option, "rootless"))) {
      host = host.asRootless();
    }
    return Files.exists(parser) ? host : host.withoutParser();
  }

  /**
   * Returns whether an entry has a name. An entry is a list, {@code name=seccomp,profile=builtin};
   * in older versions it is the bare name.
   */
  private static boolean names(String option, String name) {
    for (String part : option.split(",", -1)) {
      if (part.equals("name=" + name) || part.equals(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns what keeps a container from running under a profile, each with what to do about it;
   * empty if all is well.
   *
   * @throws KernelException if the loaded profiles can't be read
   */
  public List<String> preflight(ProfileRef profile) throws KernelException {
    List<String> problems = new ArrayList<>();
    DockerHost host = host();
    if (profile instanceof ProfileRef.Unconfined) {
      return problems;
    }
    if (!host.appArmor()) {
      problems.add(
          "docker info doesn't list apparmor: boot with AppArmor (apparmor=1 security=apparmor),"
              + " mount securityfs, and restart the daemon, which looks only once");
    }
    if (host.rootless()) {
      problems.add("the daemon runs without root and applies no profile: use one run by root");
    }
    if (host.appArmor() && !host.rootless() && host.obstacle().isPresent()) {
      problems.add(
          "there is no "
              + parser
              + ": this daemon would start the container unconfined and not say so; install"
              + " AppArmor's parser, or aa in its place, and restart the daemon");
    }
    String name =
        profile instanceof ProfileRef.Named named ? named.name() : DockerDefaultProfile.NAME;
    if (loaded(name) == null) {
      problems.add(
          profile instanceof ProfileRef.Named
              ? "profile "
                  + name
                  + " is not loaded: the container would fail to start with 'no such file or"
                  + " directory'; load it (aa replace FILE) and put the file right into"
                  + " /etc/apparmor.d, not below, so that it's loaded at boot"
              : "profile " + name + " is not loaded: restart the daemon, which loads it");
    }
    return problems;
  }

  private @Nullable LoadedProfile loaded(String name) throws KernelException {
    for (LoadedProfile profile : kernel.profiles()) {
      if (profile.name().equals(name)) {
        return profile;
      }
    }
    return null;
  }

  // ---- after

  /**
   * Compares the profile that a container was asked to run under with what Docker says and what the
   * kernel does.
   *
   * @param container its name or id
   * @throws IllegalArgumentException if there is no such container
   * @throws KernelException if the loaded profiles can't be read
   */
  public ContainerCheck verify(String container) throws KernelException {
    InspectContainerResponse found;
    try {
      found = client.inspectContainerCmd(container).exec();
    } catch (NotFoundException e) {
      throw new IllegalArgumentException("no container " + container, e);
    }
    HostConfig config = found.getHostConfig();
    List<String> options = config == null ? null : config.getSecurityOpts();
    Boolean privileged = config == null ? null : config.getPrivileged();
    String name = String.valueOf(found.getName()).replaceFirst("^/", "");
    String claimed = String.valueOf(found.getRawValues().getOrDefault("AppArmorProfile", ""));
    // The profile that would apply if the host were as it should be.
    DockerHost ideal = DockerHost.of(String.valueOf(client.infoCmd().exec().getServerVersion()));
    String asked =
        ideal
            .choose(options == null ? List.of() : options, Boolean.TRUE.equals(privileged))
            .label();
    InspectContainerResponse.ContainerState state = found.getState();
    Long pid = state == null ? null : state.getPidLong();
    Label actual = null;
    if (pid != null && pid > 0) {
      try {
        actual = labels.of(pid);
      } catch (KernelException e) {
        // It ended meanwhile, or can't be read: nothing is known about it, and nothing believed.
        actual = null;
      }
    }
    LoadedProfile profile = loaded(asked);
    return new ContainerCheck(
        name, asked, claimed, actual, profile == null ? null : profile.mode());
  }

  /**
   * Returns the result of {@link #verify} for each running container.
   *
   * @throws KernelException if the loaded profiles can't be read
   */
  public List<ContainerCheck> inventory() throws KernelException {
    List<ContainerCheck> checks = new ArrayList<>();
    for (Container container : client.listContainersCmd().exec()) {
      try {
        checks.add(verify(container.getId()));
      } catch (IllegalArgumentException e) {
        // It was removed meanwhile.
      }
    }
    return checks;
  }

  /**
   * Loads the policy of a profile and keeps it loaded, even if something reloads AppArmor, until
   * the result is closed.
   *
   * @param profile a profile with its policy
   * @param listener called when the policy had to be loaded again
   * @throws KernelException if the policy can't be loaded
   */
  public PolicyKeeper ensureLoaded(ProfileRef.Compiled profile, PolicyKeeper.Listener listener)
      throws KernelException {
    PolicyKeeper keeper = new PolicyKeeper(kernel);
    keeper.put(profile.name(), profile.policy());
    keeper.watch(listener);
    return keeper;
  }
}
