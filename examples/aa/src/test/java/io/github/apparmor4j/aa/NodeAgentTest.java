package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.PolicyDirectory;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NodeAgentTest {

  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path directory = Path.of("");

  private static NodeAgent started(PolicyDirectory policies) throws IOException {
    return new NodeAgent(
        policies,
        Duration.ofSeconds(30),
        "example.org/profiles",
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @Test
  @Timeout(60)
  void tellsWhatIsEnforced() throws Exception {
    Files.writeString(directory.resolve("web"), "profile web { /srv/** r, }\n");
    try (PolicyDirectory policies = PolicyDirectory.builder(kernel, directory).open();
        NodeAgent agent = started(policies)) {
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
      assertThat(await(agent, 503)).matches("1 invalid AA-PARSE-\\d{4}\n");
      assertThat(agent.why()).startsWith("a \"b\": a \"b\":2:1: error: ");
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

  @Test
  @Timeout(60)
  void quotesNoOtherFile() throws Exception {
    Path secrets = Files.createDirectory(directory.resolve("secrets"));
    Files.writeString(secrets.resolve("shadow"), "root:secret:1:2\n");
    Path includes = Files.createDirectory(directory.resolve("includes"));
    Files.createSymbolicLink(includes.resolve("link"), secrets.resolve("shadow"));
    Files.writeString(includes.resolve("own"), "visible-to-admins,\n");
    Path profiles = Files.createDirectory(directory.resolve("profiles"));
    List<String> leading =
        List.of(
            "\"" + secrets.resolve("shadow") + "\"",
            "<" + secrets.resolve("shadow") + ">",
            "<../secrets/shadow>",
            "\"../secrets/shadow\"",
            "<link>",
            "<own>");
    for (int i = 0; i < leading.size(); i++) {
      Files.writeString(
          profiles.resolve("p" + i), "include " + leading.get(i) + "\nprofile p" + i + " { }");
    }
    try (PolicyDirectory policies =
            PolicyDirectory.builder(kernel, profiles).include(includes).open();
        NodeAgent agent = started(policies)) {
      policies.sync();
      while (get(agent, "/readyz").body().contains("look to come")) {
        Thread.sleep(20);
      }
      assertThat(get(agent, "/readyz").body())
          .matches("1 invalid AA-PARSE-\\d{4}\n5 invalid AA-RESOLVE-0001\n");
      assertThat(agent.why()).doesNotContain("root", "secret:", "visible").contains("p5: ");
    }
  }

  @Test
  @Timeout(60)
  void answersWhileOthersAreSlow() throws Exception {
    Files.writeString(directory.resolve("web"), "profile web { }\n");
    List<Socket> slow = new ArrayList<>();
    try (PolicyDirectory policies = PolicyDirectory.builder(kernel, directory).open();
        NodeAgent agent = started(policies)) {
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), agent.port());
        socket.getOutputStream().write("GET /livez HT".getBytes(StandardCharsets.US_ASCII));
        slow.add(socket);
      }
      assertThat(get(agent, "/livez").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  /** Whatever is thrown, as for lack of memory: the probe and the log say that looks fail. */
  @Test
  @Timeout(60)
  void saysThatItCanNotLook() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    AppArmorKernel fragile =
        (AppArmorKernel)
            Proxy.newProxyInstance(
                AppArmorKernel.class.getClassLoader(),
                new Class<?>[] {AppArmorKernel.class},
                (proxy, method, arguments) -> {
                  if (broken.get() && method.getName().equals("profiles")) {
                    throw new OutOfMemoryError("not a byte");
                  }
                  try {
                    return method.invoke(kernel, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    Files.writeString(directory.resolve("web"), "profile web { }\n");
    PolicyDirectory policies = PolicyDirectory.builder(fragile, directory).open();
    broken.set(true);
    try (policies;
        NodeAgent agent = started(policies)) {
      while (get(agent, "/readyz").body().contains("look to come")) {
        Thread.sleep(20);
      }
      assertThat(get(agent, "/readyz").statusCode()).isEqualTo(503);
      assertThat(get(agent, "/readyz").body()).isEqualTo("1 look that failed\n");
      assertThat(agent.why()).contains("not a byte");
    }
  }
}
