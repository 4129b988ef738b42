package io.github.apparmor4j.aa;

import static java.util.Objects.requireNonNull;

import io.github.apparmor4j.containerd.kubernetes.ProfileFleet;
import io.github.apparmor4j.kernel.PolicyDirectory;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aa agent}: keeps the profiles of a directory enforced on this machine. */
@Command(
    name = "agent",
    description = {
      "Keeps the profiles of a directory's files enforced until it is ended: loads them, replaces"
          + " what changes, loads again what others remove. It never touches profiles that it"
          + " hasn't loaded."
    },
    mixinStandardHelpOptions = true)
final class AaAgent implements Callable<Integer> {

  /** Returns the command line of an agent in a fleet's container. */
  static List<String> arguments(ProfileFleet.Agent agent) {
    List<String> arguments =
        new ArrayList<>(
            List.of("agent", "--state", agent.state(), "--listen", "*:" + agent.port()));
    if (agent.prune()) {
      arguments.add("--prune");
    }
    arguments.add(agent.profiles());
    return arguments;
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description = {
        "remembers there which profiles are its own, for its next start; without, those of an"
            + " earlier one are somebody else's"
      })
  private @Nullable Path state;

  @Option(
      names = "--prune",
      description = {
        "remove own profiles that no file has any more; tasks that they confine are unconfined then"
      })
  private boolean prune;

  @Option(names = "--remove", description = "remove all own profiles, and end; needs --state")
  private boolean remove;

  @Option(
      names = "--listen",
      paramLabel = "[HOST]:PORT",
      description = {
        "answer /readyz, /livez, /metrics and /node-patch there by HTTP; without HOST, programs of"
            + " this machine alone, with '*' everybody who can reach it"
      })
  private @Nullable String listen;

  @Option(
      names = "--label",
      paramLabel = "KEY",
      description = "of the node's label in /node-patch; default: ${DEFAULT-VALUE}")
  private String label = "apparmor4j.github.io/generation";

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "longest time between two looks; default: ${DEFAULT-VALUE}")
  private int interval = 30;

  @Option(
      names = {"-I", "--include"},
      paramLabel = "DIR",
      description = "where included files are looked for; default: nowhere")
  private List<Path> includes = new ArrayList<>();

  @Parameters(
      paramLabel = "DIR",
      description = "directory of profiles, such as a mounted ConfigMap")
  private Path directory = Path.of("");

  @Override
  public Integer call() throws IOException {
    PolicyDirectory.Builder builder =
        PolicyDirectory.builder(SecurityFsKernel.open(), directory)
            .prune(prune)
            .interval(Duration.ofSeconds(interval));
    includes.forEach(builder::include);
    if (state != null) {
      builder.state(state);
    } else if (remove) {
      throw new ParameterException(spec().commandLine(), "--remove needs --state");
    }
    InetSocketAddress address = listen == null ? null : address(listen);
    try (PolicyDirectory policies = builder.open()) {
      if (remove) {
        policies.removeAll().stream().sorted().forEach(Terminal::println);
        return 0;
      }
      try (NodeAgent agent =
          new NodeAgent(policies, Duration.ofSeconds(interval), label, address)) {
        if (agent.port() != 0) {
          Terminal.println("listening at port " + agent.port());
        }
        new CountDownLatch(1).await(); // until the process is ended
        return 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return 0;
      }
    }
  }

  private CommandSpec spec() {
    return requireNonNull(spec);
  }

  private InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      String host = text.substring(0, Math.max(0, colon));
      if (host.equals("*")) {
        return new InetSocketAddress(port);
      }
      return host.isEmpty()
          ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
          : new InetSocketAddress(host, port);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec().commandLine(), "not [HOST]:PORT: " + text);
    }
  }
}
