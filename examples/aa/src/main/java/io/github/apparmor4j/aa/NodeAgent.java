package io.github.apparmor4j.aa;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.apparmor4j.kernel.PolicyDirectory;
import io.github.apparmor4j.kernel.PolicyDirectory.PolicyFile;
import io.github.apparmor4j.kernel.PolicyDirectory.State;
import io.github.apparmor4j.kernel.PolicyDirectory.Status;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An agent that keeps a node's profiles enforced and reports over HTTP to probes, Prometheus and a
 * controller of node labels. {@link PolicyDirectory} does the work on the kernel.
 *
 * <table>
 *   <caption>What it answers</caption>
 *   <tr><td>{@code /readyz}</td><td>200 if all is enforced; if not, 503, with the numbers of files
 *       and the codes of their errors</td></tr>
 *   <tr><td>{@code /livez}</td><td>200; 503 if the last look is longer ago than three intervals and
 *       two minutes</td></tr>
 *   <tr><td>{@code /metrics}</td><td>Prometheus' text format</td></tr>
 *   <tr><td>{@code /node-patch}</td><td>a JSON merge patch of a Node: it sets a label to the
 *       generation of the profiles that is enforced, and removes the label while none is</td></tr>
 * </table>
 *
 * <p>Anybody who reaches it may ask, so no answer quotes a profile: what is wrong with one is in
 * the log. Slow clients each hold one thread of many, for some seconds.
 */
final class NodeAgent implements AutoCloseable {

  /** More clients at once wait for each other. */
  private static final int THREADS = 200;

  /** How long a thread without work is kept. */
  private static final int IDLE_SECONDS = 10;

  /**
   * The server's own limits, in seconds, for clients that connect and don't ask, or don't read. It
   * knows no other way to set them.
   */
  private static final String LIMIT = "2";

  private final PolicyDirectory directory;
  private final String label;
  private final @Nullable HttpServer server;
  private final ThreadPoolExecutor pool =
      new ThreadPoolExecutor(
          THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
  private String told = "";
  private volatile Look look;
  private volatile boolean looked;

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
    System.setProperty("sun.net.httpserver.maxReqTime", LIMIT);
    System.setProperty("sun.net.httpserver.maxRspTime", LIMIT);
    this.server = address == null ? null : HttpServer.create(address, 0);
    pool.allowCoreThreadTimeOut(true);
    if (server != null) {
      server.createContext(
          "/readyz", exchange -> answer(exchange, isReady() ? 200 : 503, summary()));
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
      boolean bodiless = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, bodiless || bytes.length == 0 ? -1 : bytes.length);
      if (!bodiless) {
        exchange.getResponseBody().write(bytes);
      }
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
    looked = true;
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
      text.append(SourceText.printable(status.problem())).append('\n');
    }
    for (PolicyFile file : status.files()) {
      if (file.state() != State.ENFORCED) {
        text.append(SourceText.printable(file.name() + ": " + file.problem())).append('\n');
      }
    }
    return text + ready(status);
  }

  /** Returns the same as numbers and codes, for people who may not read the profiles. */
  private String summary() {
    Status status = look.status();
    Map<String, Integer> reasons = new TreeMap<>();
    if (!status.problem().isEmpty()) {
      reasons.put(looked ? "look that failed" : "look to come", 1);
    }
    for (PolicyFile file : status.files()) {
      if (file.state() == State.REFUSED) {
        reasons.merge("refused", 1, Integer::sum);
      } else if (file.state() == State.INVALID) {
        List<Diagnostic> errors = Diagnostic.errors(file.diagnostics());
        String code = errors.isEmpty() ? "" : " " + errors.get(0).code();
        reasons.merge("invalid" + code, 1, Integer::sum);
      }
    }
    StringBuilder text = new StringBuilder();
    reasons.forEach((reason, count) -> text.append(count).append(' ').append(reason).append('\n'));
    return text + ready(status);
  }

  private static String ready(Status status) {
    StringBuilder text = new StringBuilder();
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
