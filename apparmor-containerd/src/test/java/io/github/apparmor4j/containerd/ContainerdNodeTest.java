package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.Label;
import io.github.apparmor4j.parse.ProfileParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerdNodeTest {

  private static final Map<Long, String> LABELS =
      Map.of(11L, "unconfined", 12L, "web (enforce)", 13L, "web (enforce)", 14L, "unconfined");

  @TempDir private Path state = Path.of("");

  private static Label label(long pid) throws IOException {
    String label = LABELS.get(pid);
    if (label == null) {
      throw new IOException("no process " + pid);
    }
    return Label.parse(label);
  }

  private Path bundle(String namespace, String id, String pid, String config) throws IOException {
    Path bundle =
        Files.createDirectories(
            state.resolve("io.containerd.runtime.v2.task").resolve(namespace).resolve(id));
    Files.writeString(bundle.resolve("init.pid"), pid);
    Files.writeString(bundle.resolve("config.json"), config);
    return bundle;
  }

  @Test
  void comparesWhatWasAskedForWithWhatApplies() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    kernel.load(
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compileOrThrow(ProfileParser.parseOrThrow("profile web { }"))
            .toBytes());
    String pod =
        "\"io.kubernetes.cri.sandbox-name\":\"shop\",\"io.kubernetes.cri.sandbox-namespace\":\"ns\"";
    bundle(
        "k8s.io",
        "c1",
        "11",
        "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\"," + pod + "}}");
    String web =
        "{\"process\":{\"apparmorProfile\":\"web\"},\"annotations\":{%s,"
            + "\"io.kubernetes.cri.container-name\":\"%s\",\"other\":1}}";
    bundle("k8s.io", "c2", "12\n", web.formatted(pod, "good"));
    bundle("k8s.io", "c3", "14", web.formatted(pod, "bad"));
    bundle("moby", "c4", "13", "{\"process\":{}}");
    bundle("moby", "c5", "99", "{\"process\":{\"apparmorProfile\":\"missing\"}}");
    Files.delete(bundle("moby", "c6", "1", "{}").resolve("config.json"));
    ContainerdNode node = new ContainerdNode(state, kernel, ContainerdNodeTest::label);
    assertThat(node.verify())
        .extracting(Object::toString)
        .containsExactly(
            "k8s.io ns/shop (sandbox): AS_ASKED: asked for unconfined, runs under unconfined",
            "k8s.io ns/shop good: AS_ASKED: asked for web, runs under web (enforce)",
            "k8s.io ns/shop bad: UNCONFINED: asked for web, runs under unconfined",
            "moby c4: OTHER: asked for unconfined, runs under web (enforce)",
            "moby c5: UNKNOWN: asked for missing, nothing is known of its process;"
                + " missing is not loaded");
    bundle("moby", "c7", "1", "no JSON"); // as while it is written
    assertThat(node.verify())
        .hasSize(6)
        .last()
        .asString()
        .startsWith("moby c7: UNKNOWN: " + state)
        .contains("AA-OCI-0001");
    assertThat(
            new ContainerdNode(state.resolve("none"), kernel, ContainerdNodeTest::label).verify())
        .isEmpty();
  }
}
