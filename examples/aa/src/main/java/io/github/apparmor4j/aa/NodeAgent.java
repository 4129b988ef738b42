package io.github.apparmor4j.aa;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.apparmor4j.kernel.PolicyDirectory;
import io.github.apparmor4j.kernel.PolicyDirectory.PolicyFile;
import io.github.apparmor4j.kernel.PolicyDirectory.State;
import io.github.apparmor4j.kernel.PolicyDirectory.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An agent that keeps a node's profiles enforced and reports over HTTP to probes, Prometheus and a
 * controller of node labels. {@link PolicyDirectory} does the work on the kernel.
 *
 * <table>
 *   <caption>What it answers</caption>
 *   <tr><td>{@code /readyz}</td><td>200 if all is enforced; 503, and why, if not</td></tr>
 *   <tr><td>{@code /livez}</td><td>200; 503 if the last look is longer ago than three intervals and
 *       two minutes</td></tr>
 *   <tr><td>{@code /metrics}</td><td>Prometheus' text format</td></tr>
 *   <tr><td>{@code /node-patch}</td><td>a JSON merge patch of a Node: it sets a label to the
 *       generation of the profiles that is enforced, and removes the label while none is</td></tr>
 * </table>
 */
final class NodeAgent implements AutoCloseable {

  private static final int THREADS = 8;

  private final PolicyDirectory directory;
  private final String label;
  private final @Nullable HttpServer server;
  private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
  private String told = "";
  private volatile Look look;

  /** The result of a look, and when it was. */
  private record Look(Status status, Instant at) {}

  /**
   * Starts an agent.
   *
   * @param interval the directory's interval between looks
   * @param label the key of the node's label
   * @param address where it answers; {@code null} for nowhere
   */
  NodeAgent(
      PolicyDirectory directory,
      Duration interval,
      String label,
      @Nullable InetSocketAddress address)
      throws IOException {
    this.directory = directory;
    this.look = new Look(directory.status(), Instant.now());
    this.label = label;
    this.server = address == null ? null : HttpServer.create(address, 0);
    if (server != null) {
      server.createContext("/readyz", exchange -> answer(exchange, isReady() ? 200 : 503, why()));
      server.createContext(
          "/livez", exchange -> answer(exchange, isAlive(interval) ? 200 : 503, ""));
      server.createContext("/metrics", exchange -> answer(exchange, 200, this::metrics));
      server.createContext("/node-patch", exchange -> answer(exchange, 200, nodePatch() + "\n"));
      // So that a slow client keeps no probe waiting.
      server.setExecutor(pool);
      server.start();
    }
    directory.watch(this::looked);
  }

  /** Returns the port where it answers; 0 for none. */
  int port() {
    return server == null ? 0 : server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, int status, Supplier<String> body)
      throws IOException {
    answer(exchange, status, body.get());
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /**
   * Returns whether it has looked lately; the first look, and one that compiles much, may take
   * long.
   */
  private boolean isAlive(Duration interval) {
    Duration most = interval.multipliedBy(3).plusMinutes(2);
    return look.at().plus(most).isAfter(Instant.now());
  }

  private boolean isReady() {
    return look.status().isReady();
  }

  /** Logs the result of a look, if it differs from the last one logged. */
  private void looked(Status status) {
    look = new Look(status, Instant.now());
    String text = why();
    if (!text.equals(told)) {
      System.out.print(text);
      told = text;
    }
  }

  /** Returns what isn't as it should be, one line each; if nothing is, a line that says so. */
  String why() {
    Status status = look.status();
    StringBuilder text = new StringBuilder();
    if (!status.problem().isEmpty()) {
      text.append(status.problem()).append('\n');
    }
    for (PolicyFile file : status.files()) {
      if (file.state() != State.ENFORCED) {
        text.append(file.name()).append(": ").append(file.problem()).append('\n');
      }
    }
    if (status.isReady()) {
      text.append("generation ").append(status.generation()).append(" is enforced: ");
      text.append(status.files().size()).append(" files, ");
      text.append(status.loads()).append(" loads, ");
      text.append(status.removals()).append(" removals\n");
    }
    return text.toString();
  }

  /** Returns the metrics, in Prometheus' text format 0.0.4. */
  String metrics() {
    Look seen = look;
    Status status = seen.status();
    StringBuilder text = new StringBuilder();
    metric(text, "ready", "gauge", "Whether all profiles are enforced.", status.isReady() ? 1 : 0);
    head(text, "files", "gauge", "Files by what became of them.");
    for (State state : State.values()) {
      long count = status.files().stream().filter(file -> file.state() == state).count();
      sample(text, "files{state=\"" + state.name().toLowerCase(Locale.ROOT) + "\"}", count);
    }
    head(text, "file_enforced", "gauge", "Whether a file's profiles are enforced as written.");
    for (PolicyFile file : status.files()) {
      String name = file.name().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      sample(text, "file_enforced{file=\"" + name + "\"}", file.state() == State.ENFORCED ? 1 : 0);
    }
    long left = status.leftOver().size();
    metric(text, "left_over_profiles", "gauge", "Own profiles that no file has any more.", left);
    metric(text, "loads_total", "counter", "Policies loaded or replaced.", status.loads());
    metric(text, "removals_total", "counter", "Profiles removed.", status.removals());
    metric(text, "last_look_seconds", "gauge", "When it last looked.", seen.at().getEpochSecond());
    return text.toString();
  }

  private static void metric(
      StringBuilder text, String name, String type, String help, long value) {
    head(text, name, type, help);
    sample(text, name, value);
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP apparmor_agent_").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE apparmor_agent_").append(name).append(' ').append(type).append('\n');
  }

  private static void sample(StringBuilder text, String name, long value) {
    text.append("apparmor_agent_").append(name).append(' ').append(value).append('\n');
  }

  /** Returns a JSON merge patch (RFC 7396) of the Node. */
  String nodePatch() {
    Status status = look.status();
    String value = status.isReady() ? '"' + status.generation() + '"' : "null";
    return "{\"metadata\":{\"labels\":{\"" + label + "\":" + value + "}}}";
  }

  /** Ends the agent. Loaded profiles stay loaded. */
  @Override
  public void close() throws IOException {
    if (server != null) {
      server.stop(0);
    }
    pool.shutdownNow();
    directory.close();
  }
}
