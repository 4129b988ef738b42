package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import org.junit.jupiter.api.Test;

class NetworkProcessTest {

  @Test
  void tellsServersFromClients() throws Exception {
    long self = ProcessHandle.current().pid();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(NetworkProcess.roles(self, new HashMap<>())).contains(NetworkProcess.Role.SERVER);
      try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
        assertThat(NetworkProcess.roles(self, new HashMap<>()))
            .contains(NetworkProcess.Role.SERVER, NetworkProcess.Role.CLIENT);
        assertThat(client.isConnected()).isTrue();
      }
    }
    assertThat(NetworkProcess.arguments(self).get(0)).endsWith("java");
    assertThat(NetworkProcess.roles(Long.MAX_VALUE, new HashMap<>())).isEmpty();
  }
}
