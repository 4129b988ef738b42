package io.github.apparmor4j.containerd.testing;

import static io.github.apparmor4j.kernel.testing.Shell.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.containerd.CriRequest;
import io.github.apparmor4j.containerd.testing.Cri.Message;
import io.github.apparmor4j.kernel.testing.Guest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** containerd in a guest, with its CRI plugin and an image {@value #IMAGE} of busybox. */
public final class Containerd {

  /** A file tree for containers without an image. */
  public static final Path ROOT = Path.of("/run/box");

  /** The image's name, which no registry is asked for. */
  public static final String IMAGE = "docker.io/library/box:1";

  private static final String SOCKET = "/run/containerd/containerd.sock";
  private static final Pattern PID = Pattern.compile("\"pid\": *(\\d+)");

  private final Process process;
  private final Cri cri;
  private final String sandbox;
  private final Message sandboxConfig;

  private Containerd(Process process, Cri cri, String handler) throws IOException {
    this.process = process;
    this.cri = cri;
    // The host's network: no CNI is needed.
    Message namespaces = new Message().with(1, 2);
    this.sandboxConfig =
        new Message()
            .with(1, new Message().with(1, "pod").with(2, "uid").with(3, "default"))
            .with(8, new Message().with(2, new Message().with(1, namespaces).with(6, true)));
    this.sandbox =
        Cri.string(
            cri.call("RunPodSandbox", new Message().with(1, sandboxConfig).with(2, handler)), 1);
  }

  /** Returns the major version of the containerd that is installed. */
  public static int version() throws IOException, InterruptedException {
    Matcher matcher = Pattern.compile(" v?(\\d)\\.").matcher(sh("containerd --version").orThrow());
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  /**
   * Starts containerd and a pod.
   *
   * @param imports a configuration file of the test's; may hold nothing
   * @param handler the runtime handler of the pod; empty for the default
   */
  public static Containerd start(String imports, String handler)
      throws IOException, InterruptedException {
    Path configuration = Path.of("/run/containerd.toml");
    String sandbox =
        version() == 1
            ? "[plugins.\"io.containerd.grpc.v1.cri\"]\n  sandbox_image = \"" + IMAGE + "\"\n"
            : "[plugins.'io.containerd.cri.v1.images'.pinned_images]\n  sandbox = '"
                + IMAGE
                + "'\n";
    Files.writeString(
        configuration,
        "version = " + (version() == 1 ? 2 : 3) + "\nimports = [\"/run/ours.toml\"]\n" + sandbox);
    Files.writeString(Path.of("/run/ours.toml"), imports);
    Process process =
        new ProcessBuilder("containerd", "--config", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(Guest.RESULTS.resolve("containerd.log").toFile()))
            .start();
    for (int i = 0; sh("ctr version").status() != 0; i++) {
      assertThat(i).as("tries").isLessThan(200);
      TimeUnit.MILLISECONDS.sleep(200);
    }
    if (!Files.exists(ROOT)) {
      makeImage();
    }
    Cri cri = new Cri(SOCKET);
    try {
      return new Containerd(process, cri, handler);
    } catch (IOException | RuntimeException e) {
      cri.close();
      process.destroy();
      process.waitFor();
      throw e;
    }
  }

  private static void makeImage() throws IOException, InterruptedException {
    sh("""
        set -e
        mkdir -p %1$s/bin %1$s/tmp %1$s/data && cp /bin/busybox %1$s/bin/
        for i in sh cat mount sleep true; do ln -s busybox %1$s/bin/$i; done
        mkdir /run/image && cd /run/image && tar -C %1$s -cf layer.tar .
        id=$(sha256sum layer.tar | cut -d' ' -f1)
        echo '{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sleep","100000"]},' \\
          '"rootfs":{"type":"layers","diff_ids":["sha256:'$id'"]}}' > config.json
        echo '[{"Config":"config.json","RepoTags":["%2$s"],"Layers":["layer.tar"]}]' > manifest.json
        tar -cf ../image.tar . && ctr -n k8s.io images import ../image.tar
        """
            .formatted(ROOT, IMAGE))
        .orThrow();
  }

  /** Starts a container as a request says; returns its id. */
  public String start(String name, CriRequest request) throws IOException {
    Message security = new Message().with(2, request.privileged());
    security.with(3, new Message().with(1, 2));
    if (!request.apparmorProfile().isEmpty()) {
      security.with(9, request.apparmorProfile());
    }
    CriRequest.SecurityProfile profile = request.apparmor();
    if (profile != null) {
      security.with(
          16, new Message().with(1, profile.type().number()).with(2, profile.localhostRef()));
    }
    Message config =
        new Message()
            .with(1, new Message().with(1, name))
            .with(2, new Message().with(1, IMAGE))
            .with(15, new Message().with(2, security));
    String id =
        Cri.string(
            cri.call(
                "CreateContainer",
                new Message().with(1, sandbox).with(2, config).with(3, sandboxConfig)),
            1);
    cri.call("StartContainer", new Message().with(1, id));
    return id;
  }

  /** Returns what the kernel says of a container's first process. */
  public String label(String container) throws IOException {
    byte[] status = cri.call("ContainerStatus", new Message().with(1, container).with(2, true));
    Matcher matcher = PID.matcher(new String(status, StandardCharsets.UTF_8));
    assertThat(matcher.find()).as("a process id").isTrue();
    return Files.readString(Path.of("/proc/" + matcher.group(1) + "/attr/current"))
        .strip()
        .replaceFirst(" \\(\\w+\\)$", "");
  }

  /** Ends and removes a container. */
  public void remove(String container) {
    cri.call("StopContainer", new Message().with(1, container));
    cri.call("RemoveContainer", new Message().with(1, container));
  }

  /** Ends the pod and the daemon. */
  public void stop() throws IOException, InterruptedException {
    cri.call("StopPodSandbox", new Message().with(1, sandbox));
    cri.call("RemovePodSandbox", new Message().with(1, sandbox));
    cri.close();
    process.destroy();
    process.waitFor();
  }
}
