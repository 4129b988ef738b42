package io.github.apparmor4j.aa.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.containerd.ContainerdConfig;
import io.github.apparmor4j.containerd.kubernetes.KubernetesManifest;
import io.github.apparmor4j.docker.ComposeFile;
import io.github.apparmor4j.docker.ComposeProject;
import io.github.apparmor4j.docker.DockerHost;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small inputs that describe something large, in a JVM of 128 MiB: each gets its answer, and no
 * {@code OutOfMemoryError}. What each took is printed (docs/limits.md).
 */
class BombsTest {

  @TempDir private Path directory = Path.of("");

  @Test
  void endInAnAnswer() throws Exception {
    Path said = directory.resolve("said");
    Process bombs =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                BombsTest.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    boolean ended = bombs.waitFor(5, TimeUnit.MINUTES);
    bombs.destroyForcibly();
    String text = Files.readString(said);
    System.out.print(text);
    assertThat(ended).as(text).isTrue();
    assertThat(text.lines().map(line -> line.replaceFirst("\\t.*\\t", " ")))
        .containsExactly(
            "aliases and rules AA-RESOLVE-0006",
            "a profile with many attachments AA-RESOLVE-0006",
            "variables of variables AA-RESOLVE-0006",
            "variables in 300 profiles AA-RESOLVE-0006",
            "a chain of 6000 variables ",
            "values added and asked for AA-RESOLVE-0006",
            "long numbers AA-RESOLVE-0013",
            "many problems AA-RESOLVE-0004 AA-RESOLVE-0025",
            "a large text AA-PARSE-0005",
            "many rules ",
            "5000 extended attributes AA-PARSE-0022",
            "a long name AA-COMPILE-0008",
            "nested ABI AA-RESOLVE-0008",
            "broad ABI AA-RESOLVE-0008",
            "30000 namespaces of a policy PolicyFormatException",
            "a file without end FileSystemException",
            "services with aliased options AA-COMPOSE-0001",
            "services with aliased mounts AA-COMPOSE-0001",
            "services that extend one AA-COMPOSE-0001",
            "lists of lists of objects ",
            "pods with aliased containers AA-KUBE-0001",
            "pods with aliased annotations AA-KUBE-0001 AA-KUBE-0005",
            "merge keys of merge keys ",
            "large imported files AA-CONTAINERD-0001",
            "many imported values AA-CONTAINERD-0001");
  }

  /** Runs the bombs, and prints name, milliseconds and the first error of each. */
  public static void main(String[] arguments) throws IOException {
    Map<String, Supplier<String>> bombs = new LinkedHashMap<>();
    bombs.put(
        "aliases and rules",
        text(
            lines(2500, i -> "alias /a -> /b" + i + ",")
                + profile(lines(2500, i -> "/a/" + i + " r,"))));
    bombs.put(
        "a profile with many attachments",
        text(
            lines(2000, i -> "alias /a -> /b" + i + ",")
                + lines(2000, i -> "profile p" + i + " /a" + i + " { }")));
    bombs.put(
        "variables of variables",
        text(
            "@{B0}="
                + "x".repeat(30_000)
                + "\n"
                + lines(300, i -> "@{B" + (i + 1) + "}=@{B" + i + "}y @{B" + i + "}z")
                + profile("/@{B300} r,")));
    bombs.put(
        "variables in 300 profiles",
        text(
            "@{A}="
                + values(1000)
                + "\n@{B}=@{A}@{A}\n"
                + lines(300, i -> "profile p" + i + " { /@{B} r, }")));
    bombs.put(
        "a chain of 6000 variables",
        text(
            lines(6000, i -> "@{A" + i + "}=@{A" + (i + 1) + "}")
                + "@{A6000}=/a\n"
                + profile("@{A0} r,")));
    bombs.put(
        "values added and asked for",
        text(
            "@{A}=a\n"
                + lines(20_000, i -> "@{A}+=b" + i + "\n$B" + i + " = (@{A} == c)")
                + profile("")));
    bombs.put(
        "long numbers",
        text(
            "@{A}="
                + "9".repeat(250_000)
                + "\n@{B}="
                + "8".repeat(250_000)
                + "\n"
                + profile("if @{A} < @{B} { /a r, }\n".repeat(20))));
    bombs.put("many problems", text(profile(lines(100_000, i -> "/@{a} r,"))));
    bombs.put("a large text", text(profile(lines(2_000_000, i -> "/a r,"))));
    bombs.put("many rules", text(profile(lines(60_000, i -> "/a" + i + " r,"))));
    bombs.put("5000 extended attributes", text("profile p /x xattrs=(" + values(5000) + ") { }"));
    bombs.put("a long name", text("profile " + "a".repeat(200_000) + " { }"));
    bombs.put("nested ABI", abi("a{".repeat(200_000)));
    bombs.put(
        "broad ABI", abi("a{".repeat(30) + lines(60_000, i -> "b" + i + "{c}") + "}".repeat(30)));
    bombs.put("30000 namespaces of a policy", () -> binary(namespaces(30_000)));
    bombs.put("a file without end", () -> file(Path.of("/dev/zero")));
    String options = "{security_opt: [" + "a,".repeat(5000) + "]}";
    String mounts = "{volumes: [" + "/a:/a,".repeat(5000) + "]}";
    bombs.put(
        "services with aliased options",
        compose("x-o: &o " + options + "\nservices:\n" + lines(9000, i -> "  s" + i + ": *o")));
    bombs.put(
        "services with aliased mounts",
        compose("x-o: &o " + mounts + "\nservices:\n" + lines(9000, i -> "  s" + i + ": *o")));
    bombs.put(
        "services that extend one",
        compose(
            "services:\n  o: "
                + mounts
                + "\n"
                + lines(9000, i -> "  s" + i + ": {extends: {service: o}}")));
    bombs.put(
        "lists of lists of objects",
        manifest(
            "kind: List\nitems:\n- &l0 {kind: Pod, spec: {containers: [{name: a}]}}\n"
                + lines(
                    40,
                    i -> "- &l" + (i + 1) + " {kind: List, items: [*l" + i + ", *l" + i + "]}")));
    bombs.put(
        "pods with aliased containers",
        manifest(
            "x: &c ["
                + "{name: a},".repeat(5000)
                + "]\nkind: List\nitems:\n"
                + lines(5000, i -> "- {kind: Pod, spec: {containers: *c}}")));
    bombs.put(
        "pods with aliased annotations",
        manifest(
            "x: &m {annotations: {"
                + lines(5000, i -> "container.apparmor.security.beta.kubernetes.io/c" + i + ": x,")
                + "}}\nkind: List\nitems:\n"
                + lines(5000, i -> "- {kind: Pod, metadata: *m, spec: {containers: []}}")));
    bombs.put(
        "merge keys of merge keys",
        manifest(
            "x0: &x0 {}\n"
                + lines(10_000, i -> "x" + (i + 1) + ": &x" + (i + 1) + " {<<: *x" + i + "}")));
    bombs.put(
        "large imported files",
        () -> containerd(arguments[0], 40, "# " + "x".repeat(3 << 20) + "\n"));
    bombs.put(
        "many imported values",
        () ->
            containerd(
                arguments[0],
                40,
                "version = 2\n[plugins.'io.containerd.grpc.v1.cri']\n"
                    + lines(10_000, i -> "a%" + i + " = 1")));
    for (Map.Entry<String, Supplier<String>> bomb : bombs.entrySet()) {
      long start = System.nanoTime();
      String answer = bomb.getValue().get();
      long millis = (System.nanoTime() - start) / 1_000_000;
      System.out.println(bomb.getKey() + "\t" + millis + " ms\t" + answer);
    }
  }

  private static String lines(int count, IntFunction<String> line) {
    return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n", "", "\n"));
  }

  private static String values(int count) {
    return IntStream.range(0, count).mapToObj(i -> "v" + i).collect(Collectors.joining(" "));
  }

  private static String profile(String rules) {
    return "profile p {\n" + rules + "}\n";
  }

  private static Supplier<String> text(String text) {
    return () -> compile(text, IncludeResolver.none());
  }

  private static Supplier<String> abi(String text) {
    return () -> compile("abi <abi>,\nprofile p { }", IncludeResolver.memory(Map.of("abi", text)));
  }

  private static String compile(String text, IncludeResolver includes) {
    return code(
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compile(SourceText.of("bomb", text), includes)
            .diagnostics());
  }

  private static String code(List<Diagnostic> diagnostics) {
    return Diagnostic.errors(diagnostics).stream()
        .map(Diagnostic::code)
        .distinct()
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private static Supplier<String> compose(String text) {
    return () ->
        code(
            ComposeProject.of(ComposeFile.parse(SourceText.of("bomb", text)))
                .check(DockerHost.of("28.5.2"), null));
  }

  private static Supplier<String> manifest(String text) {
    return () -> code(KubernetesManifest.parse(SourceText.of("bomb", text)).diagnostics());
  }

  /** Reads a configuration that imports others; a {@code %} in their text is their number. */
  private static String containerd(String directory, int files, String text) {
    try {
      Path root = Files.createTempDirectory(Path.of(directory), "containerd");
      for (int i = 0; i < files; i++) {
        Files.writeString(root.resolve(i + ".toml"), text.replace("%", i + "x"));
      }
      Files.writeString(root.resolve("config.toml"), "version = 2\nimports = ['/*.toml']\n");
      return code(ContainerdConfig.read("2", root, "/config.toml").diagnostics());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String binary(byte[] policy) {
    try {
      return "" + PolicyReader.read(policy, PolicyReader.Kernel.LINUX_6_12).size();
    } catch (PolicyFormatException e) {
      return e.getClass().getSimpleName();
    }
  }

  /** Returns the start of a policy with a namespace in a namespace in …. */
  private static byte[] namespaces(int depth) {
    byte[] name = "a//".repeat(depth).getBytes(StandardCharsets.US_ASCII);
    name[name.length - 2] = 'a';
    name[name.length - 1] = 0;
    byte[] head = {4, 8, 0, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0, 2, 9, 0, 0, 0};
    byte[] key = {4, 10, 0, 'n', 'a', 'm', 'e', 's', 'p', 'a', 'c', 'e', 0, 5};
    ByteBuffer out =
        ByteBuffer.allocate(head.length + key.length + 2 + name.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    return out.put(head).put(key).putShort((short) name.length).put(name).array();
  }

  private static String file(Path path) {
    try {
      return "" + SourceText.read(path).text().length();
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }
}
