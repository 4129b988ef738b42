package io.github.apparmor4j.compile;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.PolicyComparison;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code apparmor_parser} 5.0.2 makes of the files that it accepts of the corpus, for each set
 * of features a number of the policy's meaning ({@link PolicyComparison#digest}) and, for some, its
 * size; kept as a resource, so that tests need no reference.
 */
final class ReferenceAnswers {

  /** The table: for each file a line, for each set of features a column. */
  static final Path TABLE =
      Path.of("src/test/resources/io/github/apparmor4j/compile/reference-5.0.2.tsv");

  /** Sets of features that profiles are compared for; simple tests are compared for all. */
  static final List<String> KERNELS = List.of("6.12", "7.2", "6.1", "5.4", "5.4-vanilla", "all");

  /** Has the reference keep memory that it freed: an eighth less time for the same bytes. */
  private static final String MEMORY =
      "glibc.malloc.trim_threshold=268435456:glibc.malloc.top_pad=67108864";

  private static final String NONE = "-";
  private static final String UPSTREAM = "upstream/apparmor.d";

  private final Path corpus = Shared.path("corpus");
  private final Path tests;
  private final Map<String, Path> featureFiles = new LinkedHashMap<>();
  private final Map<String, Resolver> resolvers = new LinkedHashMap<>();
  private final Map<String, PolicyCompiler> compilers = new LinkedHashMap<>();

  /**
   * Prepares to compile.
   *
   * @param directory an empty one
   */
  ReferenceAnswers(Path directory) throws IOException {
    tests = Files.createDirectory(directory.resolve("tst"));
    Path simple =
        Files.createSymbolicLink(
            tests.resolve("simple_tests"), corpus.resolve("simple_tests").toRealPath());
    Path profiles = corpus.resolve("profiles");
    Path upstream = profiles.resolve(UPSTREAM);
    resolvers.put("simple_tests", resolver(tests, simple));
    resolvers.put(UPSTREAM, resolver(upstream));
    resolvers.put("upstream/extras", resolver(profiles.resolve("upstream/extras"), upstream));
    resolvers.put("roddhjav", resolver(profiles.resolve("roddhjav"), upstream));
    resolvers.put("debian-3.0.8", resolver(profiles.resolve("debian-3.0.8")));
    for (String kernel : List.of("6.12", "7.2", "6.1")) {
      featureFiles.put(kernel, features("kernel-" + kernel + "-debian"));
    }
    featureFiles.put("5.4", features("abi/kernel-5.4-outoftree-network"));
    featureFiles.put("5.4-vanilla", features("abi/kernel-5.4-vanilla"));
    featureFiles.put("all", features("upstream-tst/features.all"));
    featureFiles.put("af_inet", features("upstream-tst/features.af_inet"));
    featureFiles.put("perms", features("upstream-tst/features.extended-perms-policydb"));
    featureFiles.put("3.0", features("abi/3.0"));
    featureFiles.put("4.0-ip", features("abi/4.0-ip"));
    featureFiles.put("5.0", features("abi/5.0"));
    featureFiles.put("5.0-skb", withPackets(directory.resolve("5.0-skb")));
    for (Map.Entry<String, Path> entry : featureFiles.entrySet()) {
      Features kernel = Features.parse(Files.readString(entry.getValue()));
      compilers.put(
          entry.getKey(), PolicyCompiler.builder(kernel).semantics(Semantics.APPARMOR_5_0).build());
    }
  }

  private static Resolver resolver(Path base, Path... more) {
    return Resolver.of(
        base.endsWith("tst")
            ? IncludeResolver.directories(base, List.of(more))
            : IncludeResolver.directories(
                Stream.concat(Stream.of(base), Stream.of(more)).toArray(Path[]::new)),
        Semantics.APPARMOR_5_0);
  }

  private Path features(String name) {
    return corpus.resolve("features").resolve(name);
  }

  /** Returns features of packets, which no released kernel has, and rows of differences. */
  private Path withPackets(Path to) throws IOException {
    String packets =
        """
        network_v9_skb {af_mask {inet inet6
        }
        iface {receive connect, secmark_postroute
        }
        localout {secmark_set
        }
        postroute {secmark_send
        }
        rcv_skb {secmark_receive
        }
        relabel {setcred
        }
        }
        policy {diff_encode {yes
        }
        """;
    String text = Files.readString(features("abi/5.0"));
    return Files.writeString(to, text.replace("\npolicy {", "\n" + packets));
  }

  /** Returns the sets of features. */
  List<String> sets() {
    return List.copyOf(featureFiles.keySet());
  }

  /** Returns the accepted files, relative to the corpus or, of simple tests, to their parent. */
  List<String> accepted() throws IOException {
    List<String> files = new ArrayList<>();
    for (String line : lines(corpus.resolve("simple_tests/verdicts.tsv"))) {
      String[] columns = line.split("\t", -1);
      if (columns[1].equals("accept")) {
        files.add(columns[0]);
      }
    }
    for (String line : lines(corpus.resolve("profiles/verdicts.tsv"))) {
      String[] columns = line.split("\t", -1);
      if (columns[1].equals("accept")) {
        files.add("profiles/" + columns[0]);
      }
    }
    return files;
  }

  /** Reads a table, in which names may hold any byte. */
  private static List<String> lines(Path table) throws IOException {
    List<String> lines = Files.readAllLines(table, StandardCharsets.ISO_8859_1);
    return lines.subList(1, lines.size());
  }

  private Path path(String file) {
    return (file.startsWith("simple_tests/") ? tests : corpus).resolve(file);
  }

  /**
   * Returns a number for all that the answers depend on: the program and the files that it reads.
   */
  String asked(Path reference) throws IOException {
    MessageDigest digest = sha256();
    digest.update(Files.readAllBytes(program(reference)));
    for (String part : List.of("features", "profiles", "simple_tests")) {
      try (Stream<Path> files = Files.walk(corpus.resolve(part))) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          digest.update(corpus.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
          digest.update(sha256().digest(Files.readAllBytes(file)));
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns the program that a script of this name starts, or the file itself. */
  private static Path program(Path reference) {
    Path program = reference.resolveSibling("root/usr/sbin/apparmor_parser");
    return Files.exists(program) ? program : reference;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** Returns what our compiler makes of a file, in the table's form. */
  String ours(String file, String set) throws IOException {
    return answer(compile(file, set), file, set);
  }

  /** Compiles a file for a set of features. */
  byte[] compile(String file, String set) throws IOException {
    String name = file.replaceFirst("^profiles/", "");
    String collection =
        resolvers.keySet().stream().filter(name::startsWith).findFirst().orElseThrow();
    Path path = path(file);
    SourceText text = SourceText.of(path.toString(), SourceText.decode(Files.readAllBytes(path)));
    Resolver resolver = Objects.requireNonNull(resolvers.get(collection));
    PolicyCompiler compiler = Objects.requireNonNull(compilers.get(set));
    return compiler.compile(resolver.resolve(ProfileParser.parse(text))).orThrow().toBytes();
  }

  /** Runs the reference on a file, and returns its answer; "-" if it refuses. */
  String theirs(String reference, Path configuration, String file, String set)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(reference, "--config-file=" + configuration, "-QKS", "-j0", "-M"));
    command.add(String.valueOf(featureFiles.get(set)));
    Path profiles = corpus.resolve("profiles");
    Path upstream = profiles.resolve(UPSTREAM);
    boolean simple = file.startsWith("simple_tests/");
    if (simple) {
      command.addAll(List.of("-I", tests.resolve("simple_tests").toString()));
    } else {
      String name = file.substring("profiles/".length());
      Path base = profiles.resolve(name.replaceFirst("^(upstream/[^/]*|[^/]*)/.*", "$1"));
      command.addAll(List.of("-b", base.toString(), "-I", base.toString()));
      command.addAll(base.equals(upstream) ? List.of() : List.of("-I", upstream.toString()));
      command.add(path(file).toString());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(tests.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("GLIBC_TUNABLES", MEMORY);
    if (simple) {
      builder.redirectInput(path(file).toFile()); // what its includes are relative to is "tst"
    }
    Process process = builder.start();
    process.getOutputStream().close();
    byte[] out = process.getInputStream().readAllBytes();
    return process.waitFor() == 0 ? answer(out, file, set) : NONE;
  }

  /** Sets of features for which the sizes of profiles are in the table as well. */
  static final List<String> SIZED = List.of("6.12", "7.2");

  /**
   * How large a policy is.
   *
   * @param states of each automaton
   * @param bytes of all
   */
  record Size(List<Integer> states, int bytes) {
    static Size of(String answer) {
      String[] parts = answer.split("/", -1);
      return new Size(
          Stream.of(parts[1].split("[+]", -1)).map(Integer::valueOf).toList(),
          Integer.parseInt(parts[2]));
    }
  }

  /** Returns the part of an answer that says what a policy means. */
  static String meaning(String answer) {
    return answer.replaceFirst("/.*", "");
  }

  /** Returns a number for a policy's meaning; with its size, {@code 12ab34cd/6+42/2345}. */
  private static String answer(byte[] policy, String file, String set) {
    if (policy.length == 0) {
      return "empty";
    }
    try {
      List<KernelProfile> profiles = PolicyReader.read(policy, PolicyReader.Kernel.LINUX_7_2);
      String digest = PolicyComparison.digest(profiles).substring(0, 8);
      if (!file.startsWith("profiles/") || !SIZED.contains(set)) {
        return digest;
      }
      String states =
          profiles.stream()
              .flatMap(PolicyComparison::automata)
              .map(dfa -> String.valueOf(dfa.size()))
              .collect(Collectors.joining("+"));
      return digest + "/" + states + "/" + policy.length;
    } catch (PolicyFormatException e) {
      return "refused"; // profiles of several namespaces, which no kernel takes
    }
  }
}
