package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.PolicyDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent whose client sends anything: it goes on answering others, and quotes no profile. How to
 * look for other inputs: docs/limits.md.
 */
class AgentFuzzTest {

  private static final String SECRET = "nobody-is-told-this";
  private static final byte[] GET =
      "GET /readyz HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path directory = Path.of("");
  private static PolicyDirectory policies;
  private static NodeAgent agent;

  @BeforeAll
  static void start() throws IOException {
    Files.writeString(directory.resolve("web"), "profile web { " + SECRET + " }\n");
    policies = PolicyDirectory.builder(EmbeddedKernel.linux6_12(), directory).open();
    agent =
        new NodeAgent(
            policies,
            Duration.ofSeconds(30),
            "example.org/profiles",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    policies.close();
  }

  private static String answer(byte[] request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), agent.port())) {
      socket.setSoTimeout(10_000);
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      } catch (SocketException e) {
        return ""; // the connection is closed before all is read
      }
    }
  }

  @FuzzTest
  void requests(byte[] data) throws IOException {
    assertThat(answer(data)).doesNotContain(SECRET);
    assertThat(answer(GET)).startsWith("HTTP/1.1 503 ").contains("invalid AA-PARSE-");
  }
}
