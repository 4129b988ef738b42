package io.github.apparmor4j.bench;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.PolicyDirectory;
import io.github.apparmor4j.kernel.PolicyDirectory.Status;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A change of profiles rolled out to a fleet of nodes, each with an embedded kernel, a directory as
 * kubelet keeps it, and the agent of {@code aa agent}: {@code java -cp benchmarks.jar
 * io.github.apparmor4j.bench.FleetSimulation [NODES [PROFILES]]}. Prints Markdown. It fails unless
 * the fleet ends as it should.
 *
 * <p>The rollout is a DaemonSet's: so many nodes at a time, the next when one is ready, and none as
 * long as too many aren't. Of a hundred nodes two fail: on one, someone else has loaded a profile
 * of a name that the change brings, until somebody puts that right; on the other, the agent is
 * ended in the midst of the change and starts again.
 */
public final class FleetSimulation {

  private static final int AT_A_TIME = 10;

  /** A node. */
  private static final class Node {
    final EmbeddedKernel kernel;
    final Path files;
    final Path state;

    Node(EmbeddedKernel kernel, Path home) {
      this.kernel = kernel;
      this.files = home.resolve("files");
      this.state = home.resolve("state");
    }

    PolicyDirectory agent(Function<SourceText, Compilation> compiler) throws IOException {
      return PolicyDirectory.builder(kernel, files).state(state).compiler(compiler).open();
    }
  }

  /** The end of an agent; what goes wrong with one text would end only that. */
  private static final class Ended extends InternalError {
    private static final long serialVersionUID = 1;
  }

  private final int profiles;
  private final Path home;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Compilation> compiled = new ConcurrentHashMap<>();
  private final PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_6_12);

  private FleetSimulation(int count, int profiles, Path home) throws IOException {
    this.profiles = profiles;
    this.home = home;
    EmbeddedKernel first = EmbeddedKernel.linux6_12();
    for (int i = 0; i < count; i++) {
      Path node = Files.createDirectories(home.resolve("node" + i));
      nodes.add(new Node(first.another(), node));
    }
  }

  /** Compiles each text once for all nodes; a real node compiles its own. */
  private Compilation compile(SourceText text) {
    return compiled.computeIfAbsent(text.text(), key -> compileAlone(text));
  }

  private Compilation compileAlone(SourceText text) {
    return compiler.compile(text, IncludeResolver.none());
  }

  private Path write(int revision) throws IOException {
    Path directory = Files.createDirectory(home.resolve("revision" + revision));
    for (int i = 0; i < profiles; i++) {
      ContainerDefault.Builder profile =
          ContainerDefault.builder("service-" + i, ContainerTemplate.DOCKER_29)
              .abi("abi/3.0")
              .denyExec("/opt/service" + i + "/bin/*");
      if (revision > 1 && i % 10 == 0) {
        profile.denyExec("/usr/bin/{curl,wget}");
      }
      Files.writeString(directory.resolve("service-" + i), ProfilePrinter.print(profile.build()));
    }
    if (revision > 1) {
      Files.writeString(directory.resolve("new"), "abi <abi/3.0>,\nprofile new { file, }\n");
    }
    return directory;
  }

  /** Gives a node a revision, as kubelet exchanges a mounted volume's files. */
  private static void mount(Node node, Path revision) {
    try {
      Path link = Files.createSymbolicLink(node.files.resolveSibling("new"), revision);
      Files.move(link, node.files, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Brings a revision to a node, as a new pod does; returns what its agent says. */
  private Status bring(Node node, Path revision) {
    mount(node, revision);
    try (PolicyDirectory agent = node.agent(this::compile)) {
      return agent.sync();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends an agent in the midst of a change: at its tenth text. */
  private void bringInPart(Node node, Path revision) throws IOException {
    mount(node, revision);
    int[] texts = new int[1];
    Function<SourceText, Compilation> ended =
        text -> {
          if (texts[0]++ == 10) {
            throw new Ended();
          }
          return compile(text);
        };
    try (PolicyDirectory agent = node.agent(ended)) {
      agent.sync();
      throw new AssertionError("it wasn't ended");
    } catch (Ended e) {
      // As was meant.
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }

  private void run() throws IOException {
    Path first = write(1);
    long before = used();
    long start = System.nanoTime();
    try (Stream<Path> files = Files.list(first)) {
      for (Path file : files.toList()) {
        compileAlone(SourceText.of("x", Files.readString(file)));
      }
    }
    row("one node's profiles compiled, in a JVM just started", seconds(start), 1);
    start = System.nanoTime();
    nodes.parallelStream().forEach(node -> require(bring(node, first).isReady(), "not ready"));
    row("first rollout, all nodes at once", seconds(start), nodes.size());
    System.out.printf(Locale.ROOT, "| memory of all nodes then, MiB | %d | |%n", used() - before);
    start = System.nanoTime();
    nodes.parallelStream().forEach(node -> require(bring(node, first).loads() == 0, "loads"));
    row("all agents started again, nothing changed", seconds(start), nodes.size());

    Path second = write(2);
    start = System.nanoTime();
    int failed = 0;
    List<Node> stuck = new ArrayList<>();
    List<Node> ended = new ArrayList<>();
    List<Node> left = new ArrayList<>(nodes);
    for (int i = 0; i < nodes.size(); i += 100) {
      stuck.add(nodes.get(i));
      nodes
          .get(i)
          .kernel
          .load(
              compileAlone(SourceText.of("theirs", "abi <abi/3.0>,\nprofile new { }\n"))
                  .orThrow()
                  .toBytes());
      if (i + 50 < nodes.size()) {
        ended.add(nodes.get(i + 50));
      }
    }
    int most = nodes.size() * AT_A_TIME / 100;
    while (!left.isEmpty() && failed < most) {
      List<Node> batch = left.subList(0, Math.min(most - failed, left.size()));
      for (Node node : batch) {
        if (ended.contains(node)) {
          bringInPart(node, second);
        }
      }
      List<Node> unready =
          batch.parallelStream().filter(node -> !bring(node, second).isReady()).toList();
      require(stuck.containsAll(unready), "others than those that are stuck aren't ready");
      failed += unready.size();
      batch.clear();
    }
    row(
        "a change of a tenth of the profiles, " + most + " nodes at a time",
        seconds(start),
        nodes.size());
    require(left.isEmpty() && failed == stuck.size(), "the rollout stopped");
    System.out.printf(
        Locale.ROOT,
        "| nodes not ready: a name is taken; all else is enforced there | %d of %d | |%n",
        failed,
        nodes.size());
    for (Node node : stuck) {
      require(node.kernel.profiles().size() == profiles + 1, "something is missing");
      node.kernel.remove("new");
    }
    start = System.nanoTime();
    require(stuck.stream().allMatch(node -> bring(node, second).isReady()), "not ready after all");
    row("those nodes, once the name is free", seconds(start), stuck.size());
    require(
        nodes.stream().allMatch(node -> node.kernel.profiles().size() == profiles + 1),
        "something is missing at the end");
    require(
        nodes.stream()
                .map(node -> node.kernel.policy())
                .map(policy -> policy.all().map(Object::toString).sorted().toList())
                .distinct()
                .count()
            == 1,
        "nodes differ at the end");
    System.out.printf(
        Locale.ROOT, "| memory of all nodes at the end, MiB | %d | |%n", used() - before);
  }

  private static void row(String what, double seconds, int nodes) {
    System.out.printf(Locale.ROOT, "| %s | %.1f | %.1f |%n", what, seconds, 1000 * seconds / nodes);
  }

  /**
   * Runs it.
   *
   * @param arguments numbers of nodes and of profiles: 1000 and 200 unless said
   */
  public static void main(String[] arguments) throws IOException {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
    int profiles = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
    Path home = Files.createTempDirectory("fleet");
    try {
      System.out.printf("| %d nodes, %d profiles | s | ms per node |%n", count, profiles);
      System.out.println("| --- | --- | --- |");
      new FleetSimulation(count, profiles, home).run();
    } finally {
      try (Stream<Path> files = Files.walk(home)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }
}
