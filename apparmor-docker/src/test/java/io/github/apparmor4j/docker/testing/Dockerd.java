package io.github.apparmor4j.docker.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.kernel.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Docker daemon in a guest, with an image {@code box} of a few programs. */
public final class Dockerd {

  /** Files of the image whose use is tried; what else is in it are links to busybox. */
  public static final List<String> FILES =
      List.of(
          "/etc/passwd",
          "/etc/shadow",
          "/usr/share/doc/x",
          "/var/lib/postgresql/data/base",
          "/run/postgresql/x",
          "/var/log/x",
          "/tmp/x");

  private static final int TRIES = 600;

  /** The image's file tree. */
  public static final Path ROOT = Path.of("/run/box");

  private final Process process;
  private final DockerClient client;

  private Dockerd(Process process, DockerClient client) {
    this.process = process;
    this.client = client;
  }

  /**
   * Starts a daemon and waits for it.
   *
   * @param by a command that starts another, of the arguments that follow; may be nothing
   */
  public static Dockerd start(String... by) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(by));
    command.addAll(
        List.of(
            "dockerd",
            "--storage-driver=overlay2",
            "--bridge=none",
            "--iptables=false",
            "--ip-forward=false",
            "--ip-masq=false"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(Guest.RESULTS.resolve("dockerd.log").toFile()))
            .start();
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("unix:///run/docker.sock")
            .build();
    DockerClient client =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
    for (int i = 0; ; i++) {
      try {
        client.pingCmd().exec();
        break;
      } catch (RuntimeException e) {
        if (i == TRIES || !process.isAlive()) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
    Dockerd daemon = new Dockerd(process, client);
    if (client.listImagesCmd().exec().isEmpty()) {
      daemon.makeImage();
    }
    return daemon;
  }

  private void makeImage() throws IOException, InterruptedException {
    Files.createDirectories(ROOT.resolve("bin"));
    Path busybox = Files.copy(Path.of("/bin/busybox"), ROOT.resolve("bin/busybox"));
    if (!busybox.toFile().setExecutable(true, false)) {
      throw new IOException("can't make it executable: " + busybox);
    }
    for (String name : List.of("sh", "cat", "mount", "sleep", "true", "cp")) {
      Files.createSymbolicLink(ROOT.resolve("bin/" + name), Path.of("busybox"));
    }
    for (String file : FILES) {
      Path path = ROOT.resolve(file.substring(1));
      Files.createDirectories(path.getParent());
      Files.writeString(path, "x\n");
    }
    Shell.sh("tar -C " + ROOT + " -c . | docker import - box").orThrow();
  }

  /** Returns a client of it. */
  public DockerClient client() {
    return client;
  }

  /** Creates and starts a container that lasts; returns its id. */
  public String start(List<String> securityOpt, boolean privileged) {
    return start(securityOpt, privileged, "sleep", "600");
  }

  /** Creates and starts a container; returns its id. */
  public String start(List<String> securityOpt, boolean privileged, String... command) {
    HostConfig host =
        HostConfig.newHostConfig()
            .withSecurityOpts(securityOpt)
            .withPrivileged(privileged)
            .withNetworkMode("none");
    String id =
        client.createContainerCmd("box").withHostConfig(host).withCmd(command).exec().getId();
    client.startContainerCmd(id).exec();
    return id;
  }

  /** Returns what the kernel says of a container's first process. */
  public String label(String container) throws IOException {
    Long pid = client.inspectContainerCmd(container).exec().getState().getPidLong();
    return Files.readString(Path.of("/proc/" + pid + "/attr/current"))
        .strip()
        .replaceFirst(" \\(\\w+\\)$", "");
  }

  /** Ends and removes a container. */
  public void remove(String container) {
    client.removeContainerCmd(container).withForce(true).exec();
  }

  /** Ends the daemon. */
  public void stop() throws IOException, InterruptedException {
    client.close();
    process.destroy();
    if (!process.waitFor(3, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor(); // or the next one would find it running
    }
  }
}
