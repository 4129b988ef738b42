package io.github.apparmor4j.aa;

import static io.github.apparmor4j.kernel.testing.Shell.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent as a process of a real node: in a guest ({@link RealDaemonsTest}). */
@Tag("kernel")
class AgentProcessTest {

  private static final Path FILES = Path.of("/run/fleet");
  private static final String AGENT = "agent --state /run/fleet-state/owned --prune ";

  private final SecurityFsKernel kernel = SecurityFsKernel.open();

  AgentProcessTest() throws IOException {}

  @AfterEach
  void end() throws Exception {
    sh("pkill -9 -f fleet-state");
    for (String name : loaded().keySet()) {
      if (name.startsWith("vm-fleet")) {
        kernel.remove(name);
      }
    }
  }

  /** Changes all files at once, as kubelet does. */
  private static void configMap(String version, Map<String, String> files) throws IOException {
    Path data = Files.createDirectories(FILES.resolve("..version" + version));
    for (Map.Entry<String, String> each : files.entrySet()) {
      Files.writeString(data.resolve(each.getKey()), each.getValue());
      Path link = FILES.resolve(each.getKey());
      if (!Files.isSymbolicLink(link)) {
        Files.createSymbolicLink(link, Path.of("..data", each.getKey()));
      }
    }
    Path link = Files.createSymbolicLink(FILES.resolve("..new"), data.getFileName());
    Files.move(link, FILES.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static Process start() throws IOException {
    return new ProcessBuilder("sh", "-c", "exec " + AaDaemonsTest.AA + " " + AGENT + FILES)
        .inheritIO()
        .start();
  }

  private Map<String, String> loaded() throws IOException {
    return kernel.profiles().stream()
        .collect(Collectors.toMap(LoadedProfile::name, LoadedProfile::mode));
  }

  private void await(String profile, String mode) throws Exception {
    while (!loaded().getOrDefault(profile, "none").equals(mode)) {
      Thread.sleep(100);
    }
  }

  private static boolean canWrite(String profile) throws Exception {
    return sh("echo 'exec "
                + profile
                + "' > /proc/self/attr/exec; exec /bin/busybox sh -c 'echo x > /run/fleet-written'")
            .status()
        == 0;
  }

  @Test
  @Timeout(240)
  void survivesWhatHappensToNodes() throws Exception {
    Files.writeString(Path.of("/run/theirs"), "profile vm-fleet-theirs { }\n");
    assertThat(Tool.aa("", "replace", "/run/theirs").status()).isZero();
    configMap(
        "1", Map.of("web", "profile vm-fleet-web { file, }", "db", "profile vm-fleet-db { }"));
    Process agent = start();
    await("vm-fleet-web", "enforce");
    assertThat(canWrite("vm-fleet-web")).isTrue();

    configMap("2", Map.of("web", "profile vm-fleet-web { file, deny /run/fleet-written w, }"));
    while (canWrite("vm-fleet-web")) {
      Thread.sleep(100);
    }
    await("vm-fleet-db", "none");

    // Broken text: what was enforced is enforced.
    configMap(
        "3", Map.of("web", "profile vm-fleet-web { file,", "new", "profile vm-fleet-new { }"));
    await("vm-fleet-new", "enforce");
    assertThat(canWrite("vm-fleet-web")).isFalse();

    agent.destroyForcibly().waitFor();
    configMap("4", Map.of("web", "profile vm-fleet-web flags=(complain) { }"));
    agent = start();
    await("vm-fleet-web", "complain");
    await("vm-fleet-new", "none");

    // What a stop and start of AppArmor does: all profiles go, the system's come back.
    for (String name : List.copyOf(loaded().keySet())) {
      if (!name.contains("//")) {
        kernel.remove(name);
      }
    }
    assertThat(Tool.aa("", "replace", "/run/theirs").status()).isZero();
    await("vm-fleet-web", "complain");
    assertThat(loaded()).containsEntry("vm-fleet-theirs", "enforce");

    agent.destroy();
    agent.waitFor();
    assertThat(loaded()).as("an agent's end unloads nothing").containsKey("vm-fleet-web");
    String[] remove = (AGENT + "--remove " + FILES).split(" ");
    assertThat(Tool.aa("", remove)).isEqualTo(new Tool.Run(0, "vm-fleet-web\n", ""));
    assertThat(loaded()).containsKey("vm-fleet-theirs").doesNotContainKey("vm-fleet-web");
  }
}
