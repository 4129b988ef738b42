package io.github.apparmor4j.aa;

import static io.github.apparmor4j.kernel.testing.Shell.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.docker.testing.Dockerd;
import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.kernel.testing.Shell.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code aa} beside real container daemons: in a guest ({@link RealDaemonsTest}). */
@Tag("kernel")
class AaDaemonsTest {

  private static final Path PARSER = Path.of("/usr/sbin/apparmor_parser");
  private static final Path AWAY = Path.of("/usr/sbin/apparmor_parser.away");
  private static final Path CALLS = Path.of("/run/calls");
  static final String AA = Guest.java() + " " + Aa.class.getName();

  private @Nullable Dockerd daemon;

  /** Runs {@code aa} in this JVM, which is warm; returns what it printed, both ways. */
  private static Run aa(String arguments) {
    Tool.Run run = Tool.aa("", arguments.split(" ", -1));
    return new Run(run.status(), run.out() + run.errors());
  }

  @AfterEach
  void stop() throws Exception {
    if (daemon != null) {
      sh("docker ps -aq | xargs -r docker rm -f");
      daemon.stop();
    }
    if (Files.exists(AWAY)) {
      Files.deleteIfExists(PARSER);
      Files.move(AWAY, PARSER);
    }
  }

  @Test
  void standsInForTheParser() throws Exception {
    Files.move(PARSER, AWAY);
    Files.writeString(
        PARSER, "#!/bin/sh\necho \"$@\" >> " + CALLS + "\nexec " + AA + " parser \"$@\"\n");
    assertThat(PARSER.toFile().setExecutable(true)).isTrue();
    assertThat(sh("apparmor_parser --version").orThrow())
        .startsWith("AppArmor parser version 5.0.2\n");
    aa("remove docker-default"); // that another test's daemon left
    daemon = Dockerd.start();
    assertThat(sh("docker run --rm --network=none box cat /proc/self/attr/current").orThrow())
        .isEqualTo("docker-default (enforce)\n");
    assertThat(
            sh("docker run --rm --network=none --cap-add=SYS_ADMIN box mount -t tmpfs t /tmp")
                .out())
        .containsIgnoringCase("permission denied");
    assertThat(
            sh("ctr -a /run/docker/containerd/containerd.sock run --rm --rootfs"
                    + " --apparmor-default-profile cri-containerd.apparmor.d "
                    + Dockerd.ROOT
                    + " c1 /bin/cat /proc/self/attr/current")
                .orThrow())
        .isEqualTo("cri-containerd.apparmor.d (enforce)\n");
    assertThat(Files.readString(CALLS)).contains("-Kr /var/lib/docker/tmp/docker-default");
  }

  @Test
  void checksADaemon() throws Exception {
    daemon = Dockerd.start();
    Files.writeString(
        Path.of("/run/web"), "profile vm-web flags=(attach_disconnected) { file, signal, }\n");
    assertThat(aa("docker preflight").orThrow()).isEmpty();
    Run missing = aa("docker preflight docker-default vm-web");
    assertThat(missing.status()).isEqualTo(1);
    assertThat(missing.out()).contains("profile vm-web is not loaded").contains("aa replace");
    aa("replace /run/web").orThrow();
    aa("docker preflight vm-web").orThrow();
    sh("docker run -d --name web --network=none "
            + aa("docker options vm-web").orThrow().strip()
            + " box sleep 600")
        .orThrow();
    sh("docker run -d --name all --network=none --privileged box sleep 600").orThrow();
    assertThat(aa("docker verify").orThrow())
        .contains("web: AS_ASKED: asked for vm-web, runs under vm-web (enforce)\n")
        .contains("all: AS_ASKED: asked for unconfined");
    Files.writeString(Path.of("/run/web"), "profile vm-web flags=(complain) { file, signal, }\n");
    aa("replace /run/web").orThrow();
    Run drifted = aa("docker verify web");
    assertThat(drifted.status()).isEqualTo(1);
    assertThat(drifted.out()).startsWith("web: NOT_ENFORCED: ");
    Run nobody = aa("docker verify nobody");
    assertThat(nobody.status()).isEqualTo(1);
    assertThat(nobody.out()).isEqualTo("aa: no container nobody\n");
    sh("docker inspect web > /run/inspect.json").orThrow();
    assertThat(aa("docker profile from-inspect /run/inspect.json").orThrow())
        .contains("profile web flags=");
  }

  /** Makes the image as its Dockerfile says, of a base that is no registry's. */
  private static void buildImage() throws Exception {
    sh("""
        docker image inspect apparmor4j/aa > /dev/null 2>&1 && exit
        mkdir /run/base && cd /run/base && cp -r /run/results/base/* . && mkdir bin tmp lib64 lib &&
        cp /bin/busybox bin/ && ln -s busybox bin/sh && cp -L /lib64/ld-linux-x86-64.so.2 lib64/ &&
        for i in c.so.6 m.so.6 z.so.1 stdc++.so.6 gcc_s.so.1 dl.so.2 pthread.so.0 rt.so.1; do
          cp -L /lib/x86_64-linux-gnu/lib$i lib/
        done
        tar -c . | docker import --change 'ENV PATH=/java/bin:/bin' --change 'ENV LD_LIBRARY_PATH=/lib' - \
          eclipse-temurin:17-jre &&
        DOCKER_BUILDKIT=0 docker build -t apparmor4j/aa -f /run/results/aa/Dockerfile /run/results/aa
        """)
        .orThrow();
  }

  @Test
  void bringsUpAStackThatLoadsItsProfiles() throws Exception {
    daemon = Dockerd.start();
    assumeTrue(
        sh("docker compose version").status() == 0, "this suite's Docker has no docker compose");
    buildImage();
    Path project = Files.createDirectories(Path.of("/run/stack"));
    String compose =
        """
        services:
          web: # stays as it is
            image: box
            network_mode: none
            command: [sleep, "600"]
        """;
    Files.writeString(project.resolve("compose.yaml"), compose);
    Files.writeString(
        project.resolve("web.profile"),
        """
        abi <abi/3.0>,
        profile vm-stack flags=(attach_disconnected,mediate_deleted) {
          file,
          signal,
          deny /var/** w,
        }
        """);
    assertThat(
            aa("docker compose stack /run/stack/compose.yaml web=/run/stack/web.profile").orThrow())
        .isEqualTo("compose.override.yaml\napparmor/vm-stack\n");
    sh("cd /run/stack && docker compose up -d --pull never || ! docker compose logs").orThrow();
    assertThat(sh("docker exec stack-web-1 cat /proc/self/attr/current").orThrow())
        .isEqualTo("vm-stack (enforce)\n");
    assertThat(sh("docker exec stack-web-1 sh -c 'echo x > /var/log/x'").out())
        .contains("Permission denied");
    assertThat(project.resolve("compose.yaml")).hasContent(compose);
    assertThat(aa("docker verify stack-web-1").orThrow()).contains("AS_ASKED");
  }

  /** With the privileges that {@code aa kube fleet} gives it, and none besides. */
  @Test
  void keepsProfilesEnforcedFromAContainer() throws Exception {
    daemon = Dockerd.start();
    buildImage();
    Path profiles = Files.createDirectories(Path.of("/run/agent-profiles"));
    Files.writeString(profiles.resolve("web"), "profile vm-agent { file, deny /run/denied w, }\n");
    String run =
        """
        docker run -d --name %s --network=none --cap-drop ALL %s --read-only --tmpfs /tmp:exec,size=16m \
          --security-opt apparmor=unconfined --security-opt no-new-privileges \
          -v /sys/kernel/security:/sys/kernel/security -v /run/agent-profiles:/profiles:ro \
          -v /run/agent-state:/state apparmor4j/aa agent --state /state/owned --prune /profiles
        """;
    sh(run.formatted("powerless", "")).orThrow();
    awaitLog("powerless", "web: replace: E(ACCES|PERM)");
    assertThat(loaded()).doesNotContain("vm-agent (enforce)");
    sh("docker rm -f powerless").orThrow(); // or it would have the state
    sh(run.formatted("agent", "--cap-add MAC_ADMIN")).orThrow();
    awaitLog("agent", "generation \\w{16} is enforced: 1 files, 1 loads");
    assertThat(loaded()).contains("vm-agent (enforce)");
    Files.writeString(
        profiles.resolve("web"), "profile vm-agent flags=(complain) { file, deny /run/denied w, }");
    awaitLog("agent", "is enforced: 1 files, 2 loads");
    assertThat(loaded()).contains("vm-agent (complain)");
    // What is ended at once comes back, and what others unload, too.
    Files.writeString(Path.of("/run/theirs"), "profile vm-agent-theirs { }\n");
    aa("replace /run/theirs").orThrow();
    sh("docker kill -s KILL agent").orThrow();
    Files.writeString(profiles.resolve("web"), "profile vm-agent { file, }");
    sh("docker start agent").orThrow();
    awaitLoaded("vm-agent (enforce)");
    aa("remove vm-agent").orThrow();
    awaitLoaded("vm-agent (enforce)");
    Files.delete(profiles.resolve("web"));
    awaitLog("agent", "is enforced: 0 files, 2 loads, 1 removals");
    assertThat(loaded()).contains("vm-agent-theirs (enforce)").doesNotContain("vm-agent (");
    aa("remove vm-agent-theirs").orThrow();
  }

  private static void awaitLoaded(String line) throws Exception {
    for (int i = 0; i < 600 && !loaded().contains(line); i++) {
      Thread.sleep(100);
    }
    assertThat(loaded()).contains(line);
  }

  private static String loaded() throws Exception {
    return Files.readString(Path.of("/sys/kernel/security/apparmor/profiles"));
  }

  /** Waits for a line of a container's log, which is read where the daemon writes it. */
  private static void awaitLog(String container, String pattern) throws Exception {
    Path log = Path.of(sh("docker inspect -f '{{.LogPath}}' " + container).orThrow().strip());
    Pattern line = Pattern.compile(pattern);
    String text = "";
    for (int i = 0; i < 1200 && !line.matcher(text).find(); i++) {
      Thread.sleep(100);
      text = Files.exists(log) ? Files.readString(log) : "";
    }
    assertThat(text).containsPattern(line);
  }
}
