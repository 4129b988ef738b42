package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.PolicyDirectory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NodeAgentTest {

  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path directory = Path.of("");

  @Test
  @Timeout(60)
  void tellsWhatIsEnforced() throws Exception {
    Files.writeString(directory.resolve("web"), "profile web { /srv/** r, }\n");
    try (PolicyDirectory policies = PolicyDirectory.builder(kernel, directory).open();
        NodeAgent agent =
            new NodeAgent(
                policies,
                Duration.ofSeconds(30),
                "example.org/profiles",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      String generation = await(agent, 200).replaceFirst("generation (\\w+) .*\n", "$1");
      assertThat(get(agent, "/livez").statusCode()).isEqualTo(200);
      assertThat(label(agent).asText()).isEqualTo(generation).hasSize(16);
      assertThat(get(agent, "/metrics").body())
          .contains("# TYPE apparmor_agent_ready gauge\napparmor_agent_ready 1\n")
          .contains("apparmor_agent_files{state=\"enforced\"} 1\n")
          .contains("apparmor_agent_file_enforced{file=\"web\"} 1\n")
          .contains("apparmor_agent_loads_total 1\n")
          .containsPattern("apparmor_agent_last_look_seconds \\d{10}\n");
      Files.writeString(directory.resolve("a \"b\""), "profile {\n");
      assertThat(await(agent, 503)).startsWith("a \"b\": a \"b\":2:1: error: ");
      assertThat(label(agent).isNull()).isTrue();
      assertThat(get(agent, "/metrics").body())
          .contains("apparmor_agent_ready 0\n")
          .contains("apparmor_agent_files{state=\"invalid\"} 1\n")
          .contains("apparmor_agent_file_enforced{file=\"a \\\"b\\\"\"} 0\n");
    }
  }

  private HttpResponse<String> get(NodeAgent agent, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + agent.port() + path)).build(),
        BodyHandlers.ofString());
  }

  private String await(NodeAgent agent, int status) throws Exception {
    while (true) {
      HttpResponse<String> answer = get(agent, "/readyz");
      if (answer.statusCode() == status) {
        return answer.body();
      }
      Thread.sleep(20);
    }
  }

  private JsonNode label(NodeAgent agent) throws Exception {
    return new ObjectMapper()
        .readTree(get(agent, "/node-patch").body())
        .at("/metadata/labels/example.org~1profiles");
  }

  @Test
  void refusesWrongCalls() {
    assertThat(Tool.aa("", "agent", "--remove", directory.toString()).status()).isEqualTo(2);
    assertThat(Tool.aa("", "agent").status()).isEqualTo(2);
  }
}
